#!/usr/bin/env python3
"""Repeats KEDA's calls on one connection for a time and checks every answer.

Each second and per trigger: GetMetricSpec, GetMetrics, IsActive, in sequence and without a
deadline. Every 15 s the HPA's chain, with a deadline: the same three per metric, GetMetricSpec n²
times for n triggers. StreamIsActive and StreamMetricSpec stay open. Metadata maps go out in random
order. Ends with a JSON summary line; the exit code is 1 where a rule did not hold.
"""

import sys
import threading
import time

import grpc

import protocol
import rules
from checks_calls import SLOWEST
from report import Report

HPA_DEADLINE = 60.0


class Caller:
    """One KEDA: its connection, its streams, its polls."""

    def __init__(self, options):
        self.report = Report("keda-calls")
        self.options = options
        self.triggers = protocol.triggers(options)
        self.channel = protocol.open_channel(options)
        self.scaler = protocol.Scaler(self.channel)
        self.calls = {"GetMetricSpec": 0, "GetMetrics": 0, "IsActive": 0}
        self.stream_answers = 0
        self.repeats = 0
        self.slowest = 0.0
        self.first_specs = {}
        self.pushed = {}
        self.disagreeing_since = {}
        self.values = []
        self.connections = 0
        self.stopping = threading.Event()

    def connect(self):
        """Waits for the connection and counts every further one."""
        def changed(state):
            if state == grpc.ChannelConnectivity.READY:
                self.connections += 1

        self.channel.subscribe(changed, try_to_connect=True)
        grpc.channel_ready_future(self.channel).result(timeout=10)

    def open_streams(self):
        """Opens both streams per trigger, each read on a thread of its own."""
        for index, trigger in enumerate(self.triggers):
            for read in (self._read_activity, self._read_specs):
                threading.Thread(target=read, args=(index, trigger), daemon=True).start()

    def _read_activity(self, index, trigger):
        def note(answer):
            self.repeats += self.pushed.get(index) == answer.result
            self.pushed[index] = answer.result

        self._read("StreamIsActive", self.scaler.stream_is_active(trigger), note)

    def _read_specs(self, index, trigger):
        def note(answer):
            for fault in rules.spec_faults(answer):
                self.report.fail("stream-specs", fault)
            first = self.first_specs.setdefault(index, answer)
            if not rules.same_specs(first, answer):
                self.report.fail("stream-specs", "StreamMetricSpec differs from GetMetricSpec")

        self._read("StreamMetricSpec", self.scaler.stream_metric_spec(trigger), note)

    def _read(self, name, call, note):
        try:
            for answer in call:
                self.stream_answers += 1
                note(answer)
            code = grpc.StatusCode.OK
        except grpc.RpcError as error:
            code = error.code()
        if not self.stopping.is_set():
            self.report.fail("streams-stay-open", f"{name} ended with {code.name}")

    def _call(self, name, call, *arguments, timeout):
        started = time.monotonic()
        self.calls[name] += 1
        try:
            answer = call(*arguments, timeout=timeout)
        except grpc.RpcError as error:
            self.report.fail("no-failed-call", f"{name}: {error.code().name}: {error.details()}")
            return None
        took = time.monotonic() - started
        self.slowest = max(self.slowest, took)
        if took > SLOWEST:
            self.report.fail("bounded", f"{name} took {took:.2f} s: KEDA's loop stands still")
        return answer

    def chain(self, index, timeout=None):
        """GetMetricSpec, then per metric GetMetrics and IsActive."""
        trigger = self.triggers[index]
        specs = self._call("GetMetricSpec", self.scaler.metric_spec, trigger, timeout=timeout)
        if specs is None:
            return
        for fault in rules.spec_faults(specs):
            self.report.fail("specs", fault)
        if not rules.same_specs(self.first_specs.setdefault(index, specs), specs):
            self.report.fail("specs-stay", "GetMetricSpec changed while the metadata did not")
        for spec in specs.metricSpecs:
            metrics = self._call(
                "GetMetrics", self.scaler.metrics, trigger, spec.metricName, timeout=timeout)
            active = self._call("IsActive", self.scaler.is_active, trigger, timeout=timeout)
            if metrics is None or active is None:
                continue
            for fault in rules.value_faults(metrics, spec.metricName):
                self.report.fail("values", fault)
            for fault in rules.activity_faults(metrics, active):
                self.report.fail("one-snapshot", fault)
            self.values += [value.metricValueFloat for value in metrics.metricValues]
            self._compare(index, active.result)

    def _compare(self, index, active):
        # A stream may be a moment ahead or behind; not two polls long.
        if self.pushed.get(index, active) == active:
            self.disagreeing_since.pop(index, None)
        elif time.monotonic() - self.disagreeing_since.setdefault(index, time.monotonic()) > 2:
            self.report.fail(
                "stream-agrees", f"IsActive says {active}, StreamIsActive another thing for 2 s")

    def run(self):
        """Calls for the time given; the summary's exit code."""
        polls = 0
        with self.channel:  # Left open, a watched channel would keep the process alive.
            try:
                self.connect()
                self.open_streams()
                polls = self.poll()
                self.conclude()
            except grpc.FutureTimeoutError:
                self.report.fail("connect", f"no connection to {self.options.address} in 10 s")
            self.stopping.set()
        self.report.facts = {
            "calls": self.calls, "polls": polls, "streamAnswers": self.stream_answers,
            "connections": self.connections, "slowestMilliseconds": round(self.slowest * 1000, 2),
            "values": [min(self.values, default=None), max(self.values, default=None)],
        }
        return self.report.end()

    def poll(self):
        """Polls once per interval and adds the HPA's chain at each sync; the number of polls."""
        started = time.monotonic()
        polls = 0
        next_sync = min(self.options.hpa_sync, self.options.seconds / 2)
        while (elapsed := time.monotonic() - started) < self.options.seconds:
            for index in range(len(self.triggers)):
                self.chain(index)
            if elapsed >= next_sync:
                next_sync += self.options.hpa_sync
                for index, trigger in enumerate(self.triggers):
                    for _ in self.triggers[1:]:
                        self._call("GetMetricSpec", self.scaler.metric_spec, trigger,
                                   timeout=HPA_DEADLINE)
                    self.chain(index, timeout=HPA_DEADLINE)
            polls += 1
            rest = started + polls * self.options.poll - time.monotonic()
            self.stopping.wait(max(0, rest))
        return polls

    def conclude(self):
        """Holds what can only be said at the end."""
        streams = 2 * len(self.triggers)
        if self.stream_answers < streams:
            self.report.fail("streams-speak", f"{self.stream_answers} answers on {streams} streams")
        if self.repeats > len(self.triggers) * (1 + self.options.seconds / 5):
            self.report.fail(
                "no-drumbeat", f"StreamIsActive repeated its state {self.repeats} times: each true "
                "costs KEDA writes")
        if self.connections != 1:
            self.report.fail("one-connection", f"{self.connections} connections, not 1")


def main():
    """Reads the command line and calls."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--poll", type=float, default=1, help="polling interval in seconds")
    parser.add_argument("--hpa-sync", type=float, default=15, help="the HPA's sync in seconds")
    return Caller(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
