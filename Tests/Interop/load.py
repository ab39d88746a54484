#!/usr/bin/env python3
"""A mixed load for a time: what KEDA does and what clients do wrong, all at once.

Workers loop over KEDA's three calls; others open and cancel streams, let deadlines pass, send
malformed bytes and unknown methods, open new connections, ask health; with --admin others read the
admin port, and with --certificates the server's certificate is replaced again and again. Every
right call has to succeed, every wrong one has to be told so. Ends with a JSON summary line.
"""

import asyncio
import collections
import random
import subprocess
import sys
import time

import grpc
import grpc.aio

import protocol
import rules
from report import Report

Code = grpc.StatusCode


class Load:
    """The workers and what they saw."""

    def __init__(self, options):
        self.options = options
        self.report = Report("load")
        self.triggers = protocol.triggers(options)
        self.channel = protocol.open_channel(options, grpc.aio)
        self.scaler = protocol.Scaler(self.channel)
        self.counts = collections.Counter()
        self.random = random.Random(options.seed)
        self.end = 0

    async def expect(self, name, call, *allowed):
        """Counts a call; its code has to be one of the allowed. The answer, or None."""
        self.counts[name] += 1
        code, answer, details = Code.OK, None, ""
        try:
            answer = await call
        except grpc.RpcError as error:
            code, details = error.code(), error.details()
        if code not in allowed:
            wanted = " or ".join(item.name for item in allowed)
            self.report.fail(name, f"{code.name} ({details}) where {wanted} is right")
        return answer

    def raw(self, method, data):
        """A unary call of raw bytes."""
        return self.channel.unary_unary(method, None, None)(data, timeout=10)

    async def first_answer(self, call):
        """Waits for a stream's state, which comes at once."""
        try:
            if await asyncio.wait_for(call.read(), 10) is grpc.aio.EOF:
                self.report.fail("stream", f"a stream ended with {(await call.code()).name}")
        except grpc.RpcError as error:
            self.report.fail("stream", f"a stream ended with {error.code().name}")
        except TimeoutError:
            self.report.fail("stream", "a stream said nothing for 10 s")

    async def keda(self):
        """KEDA's three calls, each answer checked."""
        trigger = self.random.choice(self.triggers)
        specs = await self.expect("GetMetricSpec", self.scaler.metric_spec(trigger), Code.OK)
        for spec in specs.metricSpecs if specs else []:
            metrics = await self.expect(
                "GetMetrics", self.scaler.metrics(trigger, spec.metricName), Code.OK)
            await self.expect("IsActive", self.scaler.is_active(trigger), Code.OK)
            for fault in rules.value_faults(metrics, spec.metricName) if metrics else []:
                self.report.fail("values", fault)

    async def streams(self):
        """Opens a stream and cancels it at a random moment."""
        trigger = self.random.choice(self.triggers)
        opener = self.random.choice([self.scaler.stream_is_active, self.scaler.stream_metric_spec])
        call = opener(trigger)
        self.counts["stream"] += 1
        if self.random.random() < 0.7:
            await self.first_answer(call)
        await asyncio.sleep(self.random.random() * 0.2)
        call.cancel()

    async def deadlines(self):
        """A call whose deadline passes under way."""
        timeout = self.random.random() * 0.002
        call = self.scaler.is_active(self.triggers[0], timeout=timeout)
        await self.expect("deadline", call, Code.OK, Code.DEADLINE_EXCEEDED)

    async def wrong(self):
        """Malformed bytes, text that is not UTF-8, unknown methods."""
        is_active = f"/{protocol.SERVICE}/IsActive"
        await self.expect("malformed", self.raw(is_active, b"\x0a\xff"), Code.INTERNAL)
        await self.expect("not-utf8", self.raw(is_active, b"\x0a\x02\xff\xfe"), Code.INTERNAL)
        await self.expect("unknown", self.raw(f"/{protocol.SERVICE}/No", b""), Code.UNIMPLEMENTED)
        await asyncio.sleep(0.01)

    async def connections(self):
        """A new connection for one call, and one for an abandoned stream."""
        channel = protocol.open_channel(self.options, grpc.aio)
        scaler = protocol.Scaler(channel)
        await self.expect("new-connection", scaler.is_active(self.triggers[0]), Code.OK)
        await self.first_answer(scaler.stream_is_active(self.triggers[0]))
        await channel.close()
        await asyncio.sleep(0.02)

    async def health(self):
        """Health.Check of the whole server."""
        method = f"/{protocol.HEALTH}/Check"
        answer = await self.expect("health", self.raw(method, b""), Code.OK)
        if answer not in (None, b"\x08\x01"):
            self.report.fail("health", "health is not SERVING")
        await asyncio.sleep(0.01)

    async def ask_admin(self, path, lines):
        """One GET on the admin port: its status code, and up to so many lines of the answer."""
        host, _, port = self.options.admin.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            status = await reader.readline()
            for _ in range(lines):
                if not await reader.readline():
                    break
            return int(status.split()[1]) if status else 0
        finally:
            writer.close()

    async def admin(self):
        """Every page of the admin port, an unknown one, and events that are soon left.

        The port serves few readers of events and sees only with the next event that one has left,
        hence the 503 there.
        """
        detail = f"/api/v1/scaledobjects/{self.options.namespace}/{self.options.name}"
        for path, allowed, lines in [
                ("/", [200], 10_000), ("/metrics", [200], 10_000), ("/healthz", [200], 10),
                ("/readyz", [200], 10), ("/api/v1/scaledobjects", [200], 10_000),
                (detail, [200], 10_000), ("/api/v1/events", [200, 503], 8),
                ("/unknown", [404], 10)]:
            self.counts["admin"] += 1
            try:
                code = await asyncio.wait_for(self.ask_admin(path, lines), 10)
            except (OSError, TimeoutError) as error:
                code = repr(error)
            if code not in allowed:
                self.report.fail("admin", f"GET {path} is {code} where {allowed[0]} is right")

    async def certificates(self):
        """A new server certificate by the same CA."""
        self.counts["certificate"] += 1
        make = [protocol.ROOT / "Tests/Interop/make-certificates", self.options.certificates]
        await asyncio.to_thread(subprocess.run, [*make, "server"], check=True)
        await asyncio.sleep(1)

    async def wait_for_values(self):
        """Asks until GetMetrics has a value for every trigger, for as long as --wait allows."""
        end = time.monotonic() + self.options.wait
        waiting = list(self.triggers)
        while waiting and time.monotonic() < end:
            try:
                specs = await self.scaler.metric_spec(waiting[0])
                await self.scaler.metrics(waiting[0], specs.metricSpecs[0].metricName)
                del waiting[0]
            except grpc.RpcError:
                await asyncio.sleep(0.2)

    async def loop(self, worker):
        """Repeats one worker until the time is over."""
        while time.monotonic() < self.end:
            await worker()

    async def run(self):
        """Runs all the workers."""
        await self.wait_for_values()
        self.end = time.monotonic() + self.options.seconds
        several = [self.keda] * self.options.workers + [self.streams] * self.options.workers
        others = [] if self.options.plain else [
            self.deadlines, self.wrong, self.connections, self.health]
        if self.options.admin:
            others += [self.admin, self.admin]
        if self.options.certificates:
            others.append(self.certificates)
        await asyncio.gather(*(self.loop(worker) for worker in several + others))
        await self.channel.close()
        self.report.facts = {"counts": dict(self.counts), "seed": self.options.seed}
        return self.report.end()


def main():
    """Reads the command line and starts the load."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--wait", type=float, default=0, help="seconds to wait first for a value to be there")
    parser.add_argument("--workers", type=int, default=8, help="KEDA-like callers, and as many "
                        "openers of streams")
    parser.add_argument("--admin", metavar="HOST:PORT", help="read the admin port there too")
    parser.add_argument("--certificates", metavar="DIRECTORY", help="replace the server's "
                        "certificate there, of make-certificates, while the load runs")
    parser.add_argument("--plain", action="store_true", help="only right calls")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()

    async def run():
        return await Load(options).run()

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
