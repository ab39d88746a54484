#!/usr/bin/env python3
"""Opens many streams and waits for one change to reach all, then for their end with OK.

Prints a JSON line per phase as it is reached: "opened" (each stream has said its state), "changed"
(each has said the opposite), "ended" (each has ended), and last the summary. The caller makes the
change after "opened" and drains the scaler after "changed". The exit code is 1 where a stream said
nothing, missed the change, or ended otherwise than with OK.
"""

import asyncio
import collections
import json
import sys
import time

import grpc
import grpc.aio

import protocol
from report import Report


class Fleet:
    """All the streams, spread over a few connections, and what they have said."""

    def __init__(self, options):
        self.options = options
        self.report = Report("streams")
        self.channels = [
            protocol.open_channel(options, grpc.aio) for _ in range(options.connections)]
        self.scalers = [protocol.Scaler(channel) for channel in self.channels]
        self.first, self.changed, self.ended = set(), {}, collections.Counter()
        self.initial = {}
        self.moved = asyncio.Event()

    async def read(self, index):
        """Reads one stream to its end."""
        base = protocol.triggers(self.options)[0]
        name = base.name if self.options.one_object else f"{base.name}-{index}"
        trigger = protocol.Trigger(name, base.namespace, base.metadata)
        call = self.scalers[index % len(self.scalers)].stream_is_active(trigger)
        try:
            async for answer in call:
                self.first.add(index)
                if answer.result != self.initial.setdefault(index, answer.result):
                    self.changed.setdefault(index, time.monotonic())
                self.moved.set()
        except grpc.RpcError:
            pass  # The call keeps its code.
        self.ended[(await call.code()).name] += 1
        self.moved.set()

    async def phase(self, name, count, limit, **facts):
        """Waits until `count()` is the number of streams; false where the time runs out."""
        end = time.monotonic() + limit
        while count() < self.options.streams:
            rest = end - time.monotonic()
            if rest <= 0:
                self.report.fail(
                    name, f"{count()} of {self.options.streams} streams {name} in {limit:g} s")
                return False
            self.moved.clear()
            try:
                await asyncio.wait_for(self.moved.wait(), min(rest, 1))
            except TimeoutError:
                continue
        print(json.dumps({"phase": name, **facts}), flush=True)
        return True

    async def run(self):
        """Opens, waits for the change, waits for the end."""
        tasks = [asyncio.create_task(self.read(index)) for index in range(self.options.streams)]
        phases = self.options.until
        limit = self.options.limit
        reached = await self.phase("opened", lambda: len(self.first), limit)
        if reached and phases != "opened":
            reached = await self.phase("changed", lambda: len(self.changed), limit)
            times = self.changed.values()
            if times:
                self.report.facts["changeSpreadSeconds"] = round(max(times) - min(times), 3)
        if reached and phases == "ended":
            await self.phase("ended", self.ended.total, limit)
            if set(self.ended) != {"OK"}:
                self.report.fail("ended-ok", f"streams ended with {dict(self.ended)}, not all OK")
        self.report.facts |= {"streams": self.options.streams, "ends": dict(self.ended)}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for channel in self.channels:
            await channel.close()
        return self.report.end()


def main():
    """Reads the command line and opens the streams."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument(
        "--one-object", action="store_true",
        help="all streams for one ScaledObject instead of one each")
    parser.add_argument("--until", choices=["opened", "changed", "ended"], default="ended")
    parser.add_argument("--limit", type=float, default=60, help="seconds allowed for each phase")
    options = parser.parse_args()

    async def run():
        return await Fleet(options).run()

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
