#!/usr/bin/env python3
"""Asks for many triggers' values again and again; prints one JSON map a round: what each was told.

A trigger's entry is `["OK", "20"]`, or the status' code and its message.
"""

import json
import sys
import time

import grpc

import protocol


def told(scaler, trigger):
    """What GetMetrics says of a trigger."""
    try:
        answer = scaler.metrics(trigger, "desired-replicas", timeout=5)
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return ["OK", f"{answer.metricValues[0].metricValueFloat:g}"]


def main():
    """Asks until it is ended or its time is over."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="how long to ask")
    options = parser.parse_args()
    scaler = protocol.Scaler(protocol.open_channel(options))
    named = {}
    for metadata in json.loads(options.metadata[0]):
        name, namespace = metadata.pop("name"), metadata.pop("namespace", options.namespace)
        named[name] = protocol.Trigger(name, namespace, metadata)
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        print(json.dumps({name: told(scaler, one) for name, one in named.items()}), flush=True)
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
