#!/usr/bin/env python3
"""Calls two replicas of a scaler as KEDA does (round robin, streams opened again two seconds after
an end with OK) for a time; prints what it has seen as a JSON line, five times a second.
"""

import collections
import json
import sys
import threading
import time

import grpc

import protocol


class Caller:
    """KEDA's three calls in a row, and one stream, over both replicas."""

    def __init__(self, options):
        pairs = [("grpc.lb_policy_name", "round_robin"), ("grpc.use_local_subchannel_pool", 1),
                 ("grpc.initial_reconnect_backoff_ms", 100),
                 ("grpc.min_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
        self.scaler = protocol.Scaler(grpc.insecure_channel(f"ipv4:{options.address}", pairs))
        self.trigger = protocol.triggers(options)[0]
        self.ended = threading.Event()
        self.values, self.failures = collections.Counter(), collections.Counter()
        self.stream_ends, self.stream_opens, self.longest_gap = collections.Counter(), 0, 0.0

    def poll(self):
        """Until it is over: what each round was told."""
        while not self.ended.wait(0.05):
            try:
                spec = self.scaler.metric_spec(self.trigger, timeout=5)
                name = spec.metricSpecs[0].metricName
                answer = self.scaler.metrics(self.trigger, name, timeout=5)
                self.scaler.is_active(self.trigger, timeout=5)
                self.values[f"{answer.metricValues[0].metricValueFloat:g}"] += 1
            except grpc.RpcError as error:
                self.failures[f"{error.code().name}: {error.details()}"] += 1

    def stream(self):
        """A stream that is opened again: how each ended, and the longest time without one."""
        closed = None
        while not self.ended.is_set():
            call = self.scaler.stream_is_active(self.trigger)
            code = grpc.StatusCode.OK
            try:
                for _ in call:
                    if closed is not None:
                        self.longest_gap = max(self.longest_gap, time.monotonic() - closed)
                        closed = None
                    if self.ended.is_set():
                        call.cancel()
                        return
                    self.stream_opens += 1
            except grpc.RpcError as error:
                code = error.code()
            closed = closed or time.monotonic()
            if self.ended.is_set():
                return
            self.stream_ends[code.name] += 1
            self.ended.wait(2 if code == grpc.StatusCode.OK else 4)


def main():
    """Calls, and tells."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="how long to call")
    options = parser.parse_args()
    caller = Caller(options)
    threads = [threading.Thread(target=work, daemon=True)
               for work in (caller.poll, caller.poll, caller.stream)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        time.sleep(0.2)
        print(json.dumps({
            "values": dict(caller.values), "failures": dict(caller.failures),
            "streamEnds": dict(caller.stream_ends), "streamOpens": caller.stream_opens,
            "longestGap": round(caller.longest_gap, 2)}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
