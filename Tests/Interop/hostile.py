#!/usr/bin/env python3
"""Hostile clients, one kind after the other, while a caller does as KEDA does: what the caller
was told, its p99 meanwhile, how soon after the attack it is as quick as before, and the memory.

Each attack is a process of its own, so that the caller never waits for the attacker's interpreter.
Prints a JSON line for each attack; ends with 1 where the caller was ever told anything wrong.
"""

import collections
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

import grpc

import frames
import protocol

ACTIVE = f"/{protocol.SERVICE}/IsActive"
STREAM = f"/{protocol.SERVICE}/StreamMetricSpec"


class Caller(threading.Thread):
    """Asks for one trigger's value, as often as it is answered, and notes when and how quickly."""

    def __init__(self, options, trigger):
        super().__init__(daemon=True)
        self.scaler = protocol.Scaler(protocol.open_channel(options))
        self.trigger, self.rounds = trigger, []
        self.told, self.ended = collections.Counter(), threading.Event()

    def run(self):
        while not self.ended.wait(0.01):
            begun = time.monotonic()
            try:
                answer = self.scaler.metrics(self.trigger, "desired-replicas", timeout=10)
                self.told[f"{answer.metricValues[0].metricValueFloat:g}"] += 1
            except grpc.RpcError as error:
                self.told[error.code().name] += 1
            self.rounds.append((begun, time.monotonic() - begun))

    def percentile(self, percent, begin, end):
        """The time that so many of a hundred calls took at most, in ms, of those begun between."""
        times = sorted(took for begun, took in self.rounds if begin <= begun < end)
        index = min(int(len(times) * percent / 100), len(times) - 1)
        return round(times[index] * 1000, 2) if times else None

    def recovered(self, since, normal):
        """Seconds until ten calls in a row took no longer than three times the normal median."""
        quick = 0
        for begun, took in [one for one in self.rounds if one[0] >= since]:
            quick = quick + 1 if took <= 3 * normal else 0
            if quick == 10:
                return round(begun - since, 2)
        return None


def memory(options):
    """The server's resident memory, in MB."""
    with urllib.request.urlopen(f"http://{options.admin}/metrics", timeout=30) as page:
        for line in page.read().decode().splitlines():
            if line.startswith("process_resident_memory_bytes "):
                return round(float(line.split()[1]) / 1e6, 1)
    return None


class Attack:
    """Connections, and what is done on them again and again."""

    def __init__(self, options, reference):
        self.options, self.reference = options, reference
        self.connections, self.count = [], 0

    def connect(self, *first):
        """A new connection, or none where the server refuses it."""
        try:
            one = frames.Connection(self.options.address, *first)
        except OSError:
            return None
        self.connections.append(one)
        return one

    def open(self, connection, path=ACTIVE, ends=True):
        """A call on a connection."""
        stream = connection.stream()
        connection.send(
            frames.headers(stream, path) + frames.message(stream, self.reference, ends))
        self.count += 1
        return stream

    def each(self, count, work, *first):
        """Keeps so many connections, and works on each in turn."""
        self.connections = [one for one in self.connections if one.is_open]
        while len(self.connections) < count and self.connect(*first):
            pass
        for one in self.connections:
            work(one)
            one.drop_answers()

    # Each of these is one round of an attack.

    def rapid_reset(self):
        """Calls cancelled as soon as they are opened (CVE-2023-44487)."""
        def work(one):
            for _ in range(100):
                one.send(frames.frame(frames.RST_STREAM, 0, self.open(one), frames.CANCEL))
        self.each(4, work)

    def pings(self):
        """Pings without end."""
        def work(one):
            one.send(frames.frame(frames.PING, 0, 0, b"12345678") * 500)
            self.count += 500
        self.each(4, work)

    def slow_readers(self):
        """Streams and calls whose answers are never let through (a window of 0)."""
        closed = frames.setting(frames.INITIAL_WINDOW_SIZE, 0)
        self.connections = [one for one in self.connections if one.is_open]
        while len(self.connections) < 20 and self.connect(closed):
            pass
        for one in self.connections:
            if one.next_stream < 2000:
                for path in (ACTIVE, STREAM) * 10:
                    self.open(one, path)

    def never_ending(self):
        """Requests whose message never ends, and streams of bytes that are none."""
        def work(one):
            if one.next_stream < 1000:
                stream = one.stream()
                one.send(frames.headers(stream, ACTIVE) + frames.frame(
                    frames.DATA, 0, stream, b"\0\0\x0f\xff\xff" + b"x" * 1000))
                self.count += 1
        self.each(20, work)

    def half_open(self):
        """Connections that say nothing, more than are allowed; what was reset is tried again."""
        if len(self.connections) > 2000:
            self.close()
            self.connections.clear()
        for _ in range(200):
            try:
                one = frames.Connection.__new__(frames.Connection)
                host, port = self.options.address.rsplit(":", 1)
                one.socket = frames.socket.create_connection((host, int(port)), timeout=2)
                one.is_open = True
                self.connections.append(one)
                self.count += 1
            except OSError:
                return

    def many_connections(self):
        """Connections opened and closed at once."""
        for _ in range(100):
            one = self.connect()
            if one:
                one.close()
                self.count += 1
        self.connections.clear()

    def deadlines(self):
        """Calls that their callers give up after a millisecond."""
        scaler = protocol.Scaler(protocol.open_channel(self.options))
        trigger = protocol.Trigger("hostile", "hostile", {"queueDepthQuery": "vector(1)"})
        calls = [scaler._active.future(trigger.ref(), timeout=0.001) for _ in range(200)]
        for call in calls:
            call.exception()
        self.count += len(calls)
        scaler.channel.close()

    def close(self):
        """Ends what is left."""
        for one in self.connections:
            one.close()


ATTACKS = ["rapid_reset", "pings", "slow_readers", "never_ending", "half_open",
           "many_connections", "deadlines"]


def attack(name, options):
    """The attacker's process: one attack for its time. Prints the events as a JSON line."""
    # It needs many descriptors.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    one = Attack(options, protocol.triggers(options)[0].ref())
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        getattr(one, name)()
    print(json.dumps({"events": one.count}), flush=True)
    one.close()


def run(name, options, caller, normal):
    """One attack, and what became of the caller."""
    begin, peak = time.monotonic(), memory(options)
    with subprocess.Popen(
            [sys.executable, *sys.argv, "--attack", name], stdout=subprocess.PIPE) as attacker:
        while True:
            try:
                told, _ = attacker.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, memory(options))
    end = time.monotonic()
    time.sleep(max(1.0, options.seconds / 4))
    return {
        "attack": name, "seconds": round(end - begin, 1), **json.loads(told),
        "medianMilliseconds": caller.percentile(50, begin, end),
        "p99Milliseconds": caller.percentile(99, begin, end),
        "longestMilliseconds": caller.percentile(100, begin, end),
        "recoverySeconds": caller.recovered(end, normal),
        "peakMegabytes": peak, "afterMegabytes": memory(options)}


def main():
    """Runs the attacks one after the other."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--admin", required=True, metavar="HOST:PORT")
    parser.add_argument("--seconds", type=float, default=20, help="of each attack")
    parser.add_argument("--attacks", default=",".join(ATTACKS), help="which, with commas between")
    parser.add_argument("--attack", help="be the attacker of this name, and nothing else")
    options = parser.parse_args()
    if options.attack:
        return attack(options.attack, options)
    trigger = protocol.triggers(options)[0]
    caller = Caller(options, trigger)
    caller.start()
    # Until the first number, then a while without an attack, for comparison.
    patience = time.monotonic() + 60
    while not any(key[0].isdigit() for key in list(caller.told)):
        if time.monotonic() > patience:
            print(
                f"the server gave no number within a minute but {dict(caller.told)}: give "
                "--metadata a trigger whose source it reaches", file=sys.stderr)
            return 1
        time.sleep(0.1)
    caller.told.clear()
    begin = time.monotonic()
    time.sleep(max(2.0, options.seconds / 4))
    quiet = [took for begun, took in caller.rounds if begun >= begin]
    normal = statistics.median(quiet)
    print(json.dumps({
        "attack": "none", "medianMilliseconds": round(normal * 1000, 2),
        "p99Milliseconds": caller.percentile(99, begin, time.monotonic()),
        "peakMegabytes": memory(options)}), flush=True)
    for name in options.attacks.split(","):
        print(json.dumps(run(name, options, caller, normal)), flush=True)
    caller.ended.set()
    caller.join()
    right = len(caller.told) == 1 and all(key[0].isdigit() for key in caller.told)
    print(json.dumps({"ok": right, "told": dict(caller.told)}), flush=True)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
