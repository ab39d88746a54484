#!/usr/bin/env python3
"""A soak: a server of its own before a Prometheus of its own, and everything at once for a time.

Beside each other run load.py (right and wrong calls, the admin port), keda_calls.py (KEDA's order
of calls, every answer checked, streams open) and 500 streams that are never closed, while two
triggers are compared once a second with what arithmetic says: a constant queue, and one that
climbs and falls by steps, whose hint may lag on the way down only. Memory and descriptors are read
every five seconds; memory's growth is the slope of a straight line through the last three
quarters, with its standard error. Ends with a JSON line, and with 1 where something failed.
"""

import argparse
import asyncio
import collections
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import urllib.request

import grpc.aio

import protocol

PLAIN = {"queueDepthThreshold": "50", "forecast": "off", "stableWindow": "30s",
         "scaleDownDelay": "30s"}
CONSTANT = {"queueDepthQuery": "vector(120)", **PLAIN}
# 50 to 250 requests by steps of a minute: 1, 2, 3, 4, 5 replicas, and again.
STEPS = {"queueDepthQuery": "50 * (1 + floor(vector(time()) / 60) % 5)", **PLAIN}
STREAMS = 500


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def steps_at(second):
    """What the staircase asks for at a Unix second."""
    return 1 + int(second // 60) % 5


class Server:
    """Prometheus and the scaler, for as long as the soak takes."""

    def __init__(self, program, directory):
        prometheus = free_port()
        configuration = os.path.join(directory, "prometheus.yaml")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write("global: {}\n")
        self.prometheus = subprocess.Popen([
            "prometheus", f"--config.file={configuration}",
            f"--storage.tsdb.path={directory}/prometheus",
            f"--web.listen-address=127.0.0.1:{prometheus}", "--log.level=error"])
        self.log = os.path.join(directory, "scaler.log")
        with open(self.log, "w", encoding="utf-8") as log:
            self.scaler = subprocess.Popen([
                program, "serve", "--prometheus", f"http://127.0.0.1:{prometheus}", "--log-format",
                "text", "--grpc-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"],
                stdout=log, stderr=log)
        self.address = self.logged("serving")
        self.admin = self.logged("status page")

    def logged(self, sentence):
        """The address in the log's first line with the sentence."""
        for _ in range(600):
            with open(self.log, encoding="utf-8") as log:
                found = re.search(rf" {sentence}.*address=\"?(127\.0\.0\.1:\d+)", log.read())
            if found:
                return found.group(1)
            if self.scaler.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"the scaler did not log \"{sentence}\" with an address: {self.log}")

    def resident(self):
        """Resident memory in MB."""
        with open(f"/proc/{self.scaler.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def descriptors(self):
        """Open file descriptors."""
        return len(os.listdir(f"/proc/{self.scaler.pid}/fd"))

    def end(self):
        """SIGTERM; what the scaler exits with, and whether its log has a sanitizer's report."""
        self.scaler.send_signal(signal.SIGTERM)
        code = self.scaler.wait(60)
        self.prometheus.terminate()
        self.prometheus.wait(60)
        with open(self.log, encoding="utf-8") as log:
            return code, "Sanitizer:" in log.read()


class Soak:
    """What is done, and what was seen."""

    def __init__(self, server, seconds):
        self.server, self.seconds = server, seconds
        self.failures = collections.Counter()
        self.compared, self.lost = 0, 0
        self.samples = []
        self.channel, self.scaler = None, None

    def connect(self):
        """The connection of the comparison and the streams; belongs to the running loop."""
        options = types.SimpleNamespace(
            address=self.server.address, ca=None, cert=None, key=None, server_name=None)
        self.channel = protocol.open_channel(options, grpc.aio)
        self.scaler = protocol.Scaler(self.channel)

    async def value(self, name, metadata):
        """A trigger's value now, or the code in its stead."""
        trigger = protocol.Trigger(name, "soak", metadata)
        try:
            answer = await self.scaler.metrics(trigger, "desired-replicas", timeout=10)
            return answer.metricValues[0].metricValueFloat
        except grpc.RpcError as error:
            return f"{error.code().name} ({error.details()[:80]})"

    async def compare(self):
        """Both triggers once a second; the first minute fills the staircase's window."""
        begin = time.time()
        while time.time() < begin + self.seconds:
            constant = await self.value("constant", CONSTANT)
            before = time.time()
            steps = await self.value("steps", STEPS)
            if time.time() > begin + 5:
                self.compared += 1
                if constant != 3:
                    self.failures[f"constant: {constant} where 3 is right"] += 1
            if time.time() > begin + 60:
                # A new step is known after a collection; the way down takes its windows' time.
                least = min(steps_at(before - late) for late in range(4))
                most = max(steps_at(before - late) for late in range(75))
                if not isinstance(steps, float) or not least <= steps <= most:
                    self.failures[f"steps: {steps} where {least} to {most} is right"] += 1
            await asyncio.sleep(1)

    async def stream(self, index):
        """A stream of the staircase's that has to stay open to the end."""
        trigger = protocol.Trigger(f"stream-{index % 20}", "soak", STEPS)
        call = self.scaler.stream_is_active(trigger)
        try:
            while await call.read() is not grpc.aio.EOF:
                pass
        except asyncio.CancelledError:
            call.cancel()
            raise
        except grpc.RpcError:
            pass
        self.lost += 1

    async def measure(self):
        """Memory and descriptors every five seconds."""
        begin = time.monotonic()
        while time.monotonic() < begin + self.seconds:
            self.samples.append((
                time.monotonic() - begin, self.server.resident(), self.server.descriptors()))
            await asyncio.sleep(5)

    async def program(self, name, *arguments):
        """Another client beside; it has to end with 0."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, os.path.join(os.path.dirname(__file__), name), "--address",
            self.server.address, "--seconds", str(self.seconds), *arguments,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = await process.communicate()
        if process.returncode != 0:
            self.failures[f"{name}: {output.decode()[-300:]}"] += 1

    async def run(self):
        """All at once."""
        self.connect()
        streams = [asyncio.create_task(self.stream(index)) for index in range(STREAMS)]
        await asyncio.gather(
            self.compare(), self.measure(),
            self.program("load.py", "--admin", self.server.admin, "--wait", "30", "--metadata",
                         json.dumps(CONSTANT)),
            self.program("keda_calls.py", "--name", "keda", "--metadata", json.dumps(CONSTANT)))
        for one in streams:
            one.cancel()
        await asyncio.gather(*streams, return_exceptions=True)
        await self.channel.close()

    def growth(self):
        """Megabytes an hour and the standard error: least squares, the last three quarters."""
        points = [(at / 3600, mb) for at, mb, _ in self.samples if at >= self.seconds / 4]
        count = len(points)
        if count < 3:
            return None, None
        mean_x = sum(x for x, _ in points) / count
        mean_y = sum(y for _, y in points) / count
        spread = sum((x - mean_x) ** 2 for x, _ in points)
        slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
        left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
        return round(slope, 2), round(math.sqrt(left / (count - 2) / spread), 2)


def main():
    """Runs the soak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the built keda-burst-scaler")
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        server = Server(options.program, directory)
        soak = Soak(server, options.seconds)
        try:
            asyncio.run(soak.run())
            with urllib.request.urlopen(f"http://{server.admin}/readyz", timeout=10) as page:
                if page.status != 200:
                    soak.failures["/readyz"] += 1
        finally:
            code, reported = server.end()
    slope, error = soak.growth()
    settled = [one for one in soak.samples if one[0] >= options.seconds / 4]
    is_right = code == 0 and not reported and not soak.failures and soak.lost == 0
    print(json.dumps({
        "ok": is_right, "seconds": options.seconds, "compared": soak.compared,
        "streams": STREAMS, "streamsLost": soak.lost, "exit": code, "sanitizerReport": reported,
        "residentMegabytes": [round(min(mb for _, mb, _ in settled), 1),
                              round(max(mb for _, mb, _ in settled), 1)],
        "growthMegabytesPerHour": slope, "standardError": error,
        "descriptors": [min(fds for _, _, fds in settled), max(fds for _, _, fds in settled)],
        "failures": dict(soak.failures)}))
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
