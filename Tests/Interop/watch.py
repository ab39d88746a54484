#!/usr/bin/env python3
"""Asks for a trigger's value again and again and prints it, or the status, whenever it changes.

Each round is KEDA's: GetMetricSpec, GetMetrics, IsActive. A line is the value (`20`), the code of
the status (`UNAVAILABLE`), or `GetMetricSpec CODE` where that call fails, which it never should.
"""

import sys
import time

import grpc

import protocol


def newest(scaler, trigger, wants_activity):
    """What one round says."""
    try:
        spec = scaler.metric_spec(trigger, timeout=2)
    except grpc.RpcError as error:
        return f"GetMetricSpec {error.code().name}"
    try:
        answer = scaler.metrics(trigger, spec.metricSpecs[0].metricName, timeout=2)
        active = scaler.is_active(trigger, timeout=2)
    except grpc.RpcError as error:
        return error.code().name
    if wants_activity:
        return str(active.result)
    return f"{answer.metricValues[0].metricValueFloat:g}"


def main():
    """Watches until it is ended or its time is over."""
    parser = protocol.arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="how long to watch")
    parser.add_argument("--times", action="store_true", help="put the Unix time before each line")
    parser.add_argument(
        "--active", action="store_true", help="print True or False for IsActive, not the value")
    parser.add_argument("--every", action="store_true", help="print each round, changed or not")
    options = parser.parse_args()
    scaler = protocol.Scaler(protocol.open_channel(options))
    trigger = protocol.triggers(options)[0]
    last = None
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        line = newest(scaler, trigger, options.active)
        if options.every or line != last:
            print(f"{time.time():.2f} {line}" if options.times else line, flush=True)
            last = line
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
