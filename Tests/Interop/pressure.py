#!/usr/bin/env python3
"""Presses on a scaler in one way: with metadata that it refuses, each time other, or with
connections that are opened, held for a time and closed. Prints one JSON line of what came back.
"""

import collections
import json
import socket
import sys
import time

import grpc

import protocol

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


def refusals(options):
    """The codes of so many calls with other wrong metadata each."""
    scaler = protocol.Scaler(protocol.open_channel(options))
    codes = collections.Counter()
    for number in range(options.refusals):
        trigger = protocol.Trigger(options.name, options.namespace, {"typo": f"{number}"})
        try:
            scaler.metric_spec(trigger, timeout=10)
            codes["OK"] += 1
        except grpc.RpcError as error:
            codes[error.code().name] += 1
    return codes


def connections(options):
    """How many of so many connections, all held at once, were answered, refused and silent."""
    host, port = options.address.rsplit(":", 1)
    held, results = [], collections.Counter()
    for _ in range(options.connections):
        one = socket.socket()
        one.settimeout(1)
        held.append(one)
        try:
            one.connect((host, int(port)))
            one.sendall(PREFACE)
            results["answered" if one.recv(100) else "closed"] += 1
        except TimeoutError:
            results["silent"] += 1
        except OSError:
            results["reset"] += 1
    time.sleep(options.seconds)
    for one in held:
        one.close()
    return results


def main():
    """Presses and tells."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--refusals", type=int, default=0, help="calls with wrong metadata")
    parser.add_argument("--connections", type=int, default=0, help="connections to hold")
    parser.add_argument("--seconds", type=float, default=0, help="how long to hold them")
    options = parser.parse_args()
    print(json.dumps(refusals(options) if options.refusals else connections(options)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
