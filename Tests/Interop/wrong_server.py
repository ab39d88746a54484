#!/usr/bin/env python3
"""An external scaler in grpcio that is right, or wrong in exactly one way (--fault).

The checks are tried on it: they pass on the right one and name the rule on each wrong one.
Prints one line of JSON with the address it listens on, and serves until standard input ends.
"""

import argparse
import json
import sys
import time
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2

import protocol

REF = protocol.message("externalscaler.ScaledObjectRef")
METRICS_REQUEST = protocol.message("externalscaler.GetMetricsRequest")
NAME = "desired-replicas"

# Each fault with the check of client.py that has to notice it.
FAULTS = {
    "no-specs": "unary", "zero-target": "unary", "slash-in-name": "unary",
    "old-target-only": "unary", "same-name-twice": "unary", "spec-changes": "order",
    "depends-on-order": "order", "no-values": "unary", "two-values": "unary", "nan": "unary",
    "negative": "unary", "old-value-only": "unary", "new-value-only": "unary",
    "active-at-zero": "unary", "silent-stream": "streams", "stream-disagrees": "streams",
    "spec-stream-disagrees": "streams", "stream-ends": "streams", "drumbeat": "streams",
    "slow-spec": "unary", "ignores-bad-metadata": "bad-metadata", "merges-triggers": "two-triggers",
    "not-serving": "health", "no-reflection": "reflection", "lenient-text": "not-utf8",
    "swallows-malformed": "malformed", "no-size-limit": "oversize", "cuts-pings": "pings",
}


class WrongScaler:
    """The five methods; `fault` is the one rule that is broken."""

    def __init__(self, fault):
        self.fault = fault
        self.count = 0

    def _target(self, ref):
        if self.fault == "merges-triggers":
            return 1.0
        if ref.scalerMetadata.get("output") != "metrics":
            return 1.0
        return float(ref.scalerMetadata.get("queueDepthThreshold", "1"))

    def spec(self, ref, context):
        """GetMetricSpec."""
        self.count += 1
        known = {"scalerAddress", "serverAddress", "output", *protocol.README_TRIGGER}
        unknown = set(ref.scalerMetadata) - known
        if unknown and self.fault != "ignores-bad-metadata":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"unknown keys {sorted(unknown)}")
        if self.fault == "slow-spec":
            time.sleep(1.5)
        answer = protocol.GetMetricSpecResponse()
        target = self._target(ref)
        if self.fault == "zero-target":
            target = 0
        if self.fault == "spec-changes":
            target += self.count % 2
        if self.fault == "depends-on-order":
            target = float(ref.scalerMetadata["scalerAddress"])
        name = "a/b" if self.fault == "slash-in-name" else NAME
        for _ in range({"no-specs": 0, "same-name-twice": 2}.get(self.fault, 1)):
            answer.metricSpecs.add(
                metricName=name, targetSize=int(target),
                targetSizeFloat=0 if self.fault == "old-target-only" else target)
        return answer

    def metrics(self, request, context):
        """GetMetrics."""
        value = {"nan": float("nan"), "negative": -3.0, "active-at-zero": 0.0}.get(self.fault, 4.0)
        whole = 0 if value != value or self.fault == "new-value-only" else int(value)
        answer = protocol.GetMetricsResponse()
        for _ in range({"no-values": 0, "two-values": 2}.get(self.fault, 1)):
            answer.metricValues.add(
                metricName=request.metricName, metricValue=whole,
                metricValueFloat=0 if self.fault == "old-value-only" else value)
        return answer

    def active(self, ref, context):
        """IsActive."""
        return protocol.IsActiveResponse(result=True)

    def stream_active(self, ref, context):
        """StreamIsActive."""
        if self.fault != "silent-stream":
            yield protocol.IsActiveResponse(result=self.fault != "stream-disagrees")
        yield from self._hold(context, protocol.IsActiveResponse(result=True))

    def stream_spec(self, ref, context):
        """StreamMetricSpec."""
        answer = self.spec(ref, context)
        if self.fault == "spec-stream-disagrees":
            answer.metricSpecs[0].targetSizeFloat += 0.5
        yield answer
        yield from self._hold(context, answer)

    def _hold(self, context, repeated):
        while context.is_active() and self.fault != "stream-ends":
            time.sleep(0.05)
            if self.fault == "drumbeat":
                yield repeated

    def handlers(self):
        """The generic handler of the service."""
        def lenient(cls):
            def decode(data):
                try:
                    request = cls.FromString(data)
                    if self.fault == "depends-on-order" and cls is REF:
                        # The map itself forgets the order of the wire.
                        place = data.index(b"scalerAddress")
                        request.scalerMetadata["scalerAddress"] = str(place)
                    return request
                except Exception:
                    if self.fault == "swallows-malformed" and data[:1] == b"\x0a":
                        return cls()
                    if self.fault == "lenient-text" and data[1:2] == b"\x02":
                        return cls()
                    raise
            return decode

        unary, stream = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
        methods = {
            "GetMetricSpec": unary(self.spec, lenient(REF), _encode),
            "GetMetrics": unary(self.metrics, lenient(METRICS_REQUEST), _encode),
            "IsActive": unary(self.active, lenient(REF), _encode),
            "StreamIsActive": stream(self.stream_active, lenient(REF), _encode),
            "StreamMetricSpec": stream(self.stream_spec, lenient(REF), _encode),
        }
        return grpc.method_handlers_generic_handler(protocol.SERVICE, methods)


def reflection_v1(names):
    """The v1 service, which grpcio does not have; its messages are v1alpha's byte for byte."""
    servicer = reflection.ReflectionServicer(names, pool=protocol.POOL)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo, reflection_pb2.ServerReflectionRequest.FromString, _encode)
    return grpc.method_handlers_generic_handler(
        "grpc.reflection.v1.ServerReflection", {"ServerReflectionInfo": handler})


def _encode(answer):
    return answer.SerializeToString()


def main():
    """Serves until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fault", choices=[*FAULTS], help="the rule to break (default: none)")
    parser.add_argument("--listen", default="127.0.0.1:0")
    options = parser.parse_args()
    limit = -1 if options.fault == "no-size-limit" else 4 << 20
    pings = 300_000 if options.fault == "cuts-pings" else 10
    server = grpc.server(futures.ThreadPoolExecutor(64), options=[
        ("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", limit),
        ("grpc.http2.min_ping_interval_without_data_ms", pings),
        ("grpc.http2.max_ping_strikes", 2 if options.fault == "cuts-pings" else 0),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", pings),
        ("grpc.keepalive_permit_without_calls", 1)])
    server.add_generic_rpc_handlers((WrongScaler(options.fault).handlers(),))
    serving = health.HealthServicer()
    state = health_pb2.HealthCheckResponse
    for name in ("", protocol.SERVICE):
        status = state.NOT_SERVING if options.fault == "not-serving" else state.SERVING
        serving.set(name, status)
    health_pb2_grpc.add_HealthServicer_to_server(serving, server)
    if options.fault != "no-reflection":
        names = (protocol.SERVICE, protocol.HEALTH, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server, pool=protocol.POOL)
        server.add_generic_rpc_handlers((reflection_v1(names),))
    port = server.add_insecure_port(options.listen)
    server.start()
    print(json.dumps({"address": f"127.0.0.1:{port}"}), flush=True)
    sys.stdin.read()
    server.stop(grace=1).wait()


if __name__ == "__main__":
    main()
