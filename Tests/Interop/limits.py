#!/usr/bin/env python3
"""Goes beyond every limit that a caller of the gRPC port can reach, while one trigger is asked all
the time; prints one JSON map: what the caller was told of each, and all that the good trigger was.

Start the scaler with small limits: the defaults are many connections and streams away.
"""

import collections
import json
import socket
import sys
import threading
import time

import grpc

import protocol

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def code(call, *arguments, **options):
    """The status of a unary call, and the first words of its message."""
    try:
        call(*arguments, **options)
    except grpc.RpcError as error:
        return f"{error.code().name}: {error.details()}"
    return "OK"


def connections(address, count):
    """How many of so many new connections, all held, are answered."""
    host, port = address.rsplit(":", 1)
    held, answered = [], 0
    for _ in range(count):
        one = socket.socket()
        one.settimeout(2)
        held.append(one)
        try:
            one.connect((host, int(port)))
            one.sendall(PREFACE)
            answered += one.recv(100) != b""
        except OSError:
            pass
    for one in held:
        one.close()
    return answered


def streams(scaler, trigger, count):
    """The codes of so many streams: OPEN for those that send their first message."""
    opened = [scaler.stream_metric_spec(trigger) for _ in range(count)]
    codes = collections.Counter()
    for one in opened:
        try:
            next(one)
            codes["OPEN"] += 1
        except grpc.RpcError as error:
            codes[error.code().name] += 1
    for one in opened:
        one.cancel()
    return codes


class Good(threading.Thread):
    """Asks for one trigger until told to stop, and notes what it was told."""

    def __init__(self, scaler, trigger):
        super().__init__()
        self.scaler, self.trigger = scaler, trigger
        self.told, self.ended = collections.Counter(), threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            try:
                answer = self.scaler.metrics(self.trigger, "desired-replicas", timeout=5)
                self.told[f"{answer.metricValues[0].metricValueFloat:g}"] += 1
            except grpc.RpcError as error:
                self.told[f"{error.code().name}: {error.details()}"] += 1


def metadata_limits(scaler, make):
    """Metadata beyond each of its limits: what the caller is told."""
    def query(bytes_):
        return "sum(" + "a" * bytes_ + ")"
    entries = ["- {kind: gauge, name: t%d, query: a, threshold: 1}" % i for i in range(33)]
    endpoints = ", ".join(f"http://10.0.0.{i}:8000/metrics" for i in range(65))
    beyond = {
        "metadata_keys": {f"key{i}": "x" for i in range(257)},
        "metadata_bytes": {"queueDepthQuery": "a", "formula": "x" * 140_000},
        "triggers_per_list": {"triggers": "\n".join(entries)},
        "endpoints_per_trigger": {
            "triggers": f"- {{preset: vllm-queue-depth, threshold: 1, endpoints: '{endpoints}'}}"},
        "query_bytes": {"queueDepthQuery": query(17_000), "queueDepthThreshold": "1"},
        "list_depth": {"triggers": "[" * 70},
    }
    return {name: code(scaler.metric_spec, make(metadata)) for name, metadata in beyond.items()}


def main():
    """Goes beyond the limits and prints what was told."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--connections", type=int, required=True, help="more than are allowed")
    parser.add_argument("--streams", type=int, required=True, help="more than are allowed")
    parser.add_argument("--triggers", type=int, required=True, help="more than are allowed")
    options = parser.parse_args()
    scaler = protocol.Scaler(protocol.open_channel(options))
    trigger = protocol.triggers(options)[0]
    good = Good(scaler, trigger)
    while code(scaler.metrics, trigger, "desired-replicas") != "OK":
        time.sleep(0.1)
    good.start()

    def make(metadata, name="limits"):
        return protocol.Trigger(name, options.namespace, metadata)
    told = metadata_limits(scaler, make)
    told["grpc_message_bytes"] = code(scaler.metric_spec, make({"a": "x" * (3 << 19)}))
    # On a connection of its own, which the core may close over it.
    own = protocol.Scaler(protocol.open_channel(options))
    told["grpc_header_bytes"] = code(
        own.metric_spec, trigger, metadata=[("x-long", "x" * 40_000)])
    told["remembered_refusals"] = code(scaler.metric_spec, make({"typo": "last"}))
    for number in range(300):
        code(scaler.metric_spec, make({"typo": f"{number}"}))
    told["external_triggers"] = collections.Counter(
        code(scaler.metric_spec, make(trigger.metadata, f"other-{number}"))
        for number in range(options.triggers))
    told["grpc_streams"] = streams(scaler, trigger, options.streams)
    told["grpc_connections"] = connections(options.address, options.connections)
    good.ended.set()
    good.join()
    print(json.dumps({"told": told, "good": good.told}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
