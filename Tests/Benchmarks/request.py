#!/usr/bin/env python3
"""Writes the requests of the benchmarks as gRPC frames, ready for h2load:
    request.py DIRECTORY PROMETHEUS_URL [KEY=VALUE...]
GetMetrics.bin, IsActive.bin and GetMetricSpec.bin name one trigger; KEY=VALUE replaces metadata,
KEY= leaves it out."""

import pathlib
import struct
import sys


def varint(number: int) -> bytes:
    encoded = b""
    while number > 127:
        encoded += bytes([number & 127 | 128])
        number >>= 7
    return encoded + bytes([number])


def field(number: int, data: "bytes | str") -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return bytes([number << 3 | 2]) + varint(len(data)) + data


def frame(message: bytes) -> bytes:
    """Not compressed, then the length, then the message."""
    return struct.pack(">BI", 0, len(message)) + message


def main() -> None:
    directory, url, *changes = sys.argv[1:]
    metadata = {
        "scalerAddress": "scaler:6000",
        "serverAddress": url,
        # One series with a "pod" label: a utilization without replicas is refused.
        "gpuUtilizationQuery": 'label_replace(vector(87),"pod","a","","")',
        "gpuUtilizationThreshold": "70",
        "queueDepthQuery": "vector(1000)",
        "queueDepthThreshold": "50",
    }
    metadata.update(change.split("=", 1) for change in changes)
    metadata = {key: text for key, text in metadata.items() if text}
    ref = field(1, "llm-inference") + field(2, "inference")
    ref += b"".join(field(3, field(1, key) + field(2, text)) for key, text in metadata.items())
    requests = {
        "GetMetrics": field(1, ref) + field(2, "desired-replicas"),
        "IsActive": ref,
        "GetMetricSpec": ref,
    }
    for method, message in requests.items():
        (pathlib.Path(directory) / f"{method}.bin").write_bytes(frame(message))


main()
