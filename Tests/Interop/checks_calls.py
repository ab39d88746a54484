"""Checks of the unary calls: the answers' rules, their order, and what wrong requests are told."""

import time

import grpc

import protocol
import rules
from report import require, require_none

# KEDA's polling calls carry no deadline: an answer slower than this stalls its loop.
SLOWEST = 1.0


def timed(call, *arguments, **options):
    """A call's answer, which must come within a second."""
    started = time.monotonic()
    answer = call(*arguments, timeout=10, **options)
    took = time.monotonic() - started
    require(took < SLOWEST, f"an answer took {took:.2f} s: KEDA's loop stands still meanwhile")
    return answer


def error_code(call, *arguments, **options):
    """The status code of a call that has to fail, OK where it does not."""
    try:
        call(*arguments, timeout=10, **options)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


def expect_code(expected, call, *arguments, **options):
    """Requires one status code."""
    code = error_code(call, *arguments, **options)
    require(code == expected, f"answered {code.name} where {expected.name} is right")


def unary(session):
    """KEDA's three calls in its order, for each trigger."""
    for trigger in session.triggers:
        specs = timed(session.scaler.metric_spec, trigger)
        require_none(rules.spec_faults(specs))
        for spec in specs.metricSpecs:
            metrics = timed(session.scaler.metrics, trigger, spec.metricName)
            active = timed(session.scaler.is_active, trigger)
            require_none(rules.value_faults(metrics, spec.metricName))
            require_none(rules.activity_faults(metrics, active))


def order(session):
    """The order of the metadata map and repetition change nothing."""
    for trigger in session.triggers:
        first = timed(session.scaler.metric_spec, trigger)
        for _ in range(20):
            again = timed(session.scaler.metric_spec, trigger)
            require(
                rules.same_specs(first, again),
                "GetMetricSpec changed from call to call with the same metadata in another order")


def two_triggers(session):
    """Two triggers of one ScaledObject with different metadata are kept apart."""
    base = session.triggers[0]

    def target(threshold):
        metadata = {**base.metadata, "output": "metrics", "queueDepthThreshold": threshold}
        specs = timed(
            session.scaler.metric_spec, protocol.Trigger(base.name, base.namespace, metadata))
        return {spec.targetSizeFloat for spec in specs.metricSpecs}

    for _ in range(3):
        small, large = target("25"), target("50")
        require(25 in small and 50 in large and 25 not in large,
                f"targets 25 and 50 of two triggers came back as {small} and {large}")


def bad_metadata(session):
    """A key that nobody knows is refused, by name."""
    base = session.triggers[0]
    metadata = {**base.metadata, "queueDepthTreshold": "50"}
    trigger = protocol.Trigger(base.name, base.namespace, metadata)
    expect_code(grpc.StatusCode.INVALID_ARGUMENT, session.scaler.metric_spec, trigger)
    try:
        session.scaler.metric_spec(trigger, timeout=10)
    except grpc.RpcError as error:
        require("queueDepthTreshold" in error.details(),
                f'the error does not name the key: "{error.details()}"')


def _raw(session, method):
    return session.channel.unary_unary(method, None, None)


def unknown_method(session):
    """A method or service that nobody registered is answered, not left hanging."""
    ref = session.triggers[0].ref()
    for method in (f"/{protocol.SERVICE}/Nothing", "/some.Service/Call"):
        expect_code(grpc.StatusCode.UNIMPLEMENTED, _raw(session, method), ref)


def malformed(session):
    """Bytes that are no message are refused as INTERNAL, and the connection goes on."""
    for method in ("IsActive", "GetMetricSpec", "GetMetrics"):
        call = _raw(session, f"/{protocol.SERVICE}/{method}")
        for data in (b"\x0a\xff", b"\x0a\x05ab", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"):
            expect_code(grpc.StatusCode.INTERNAL, call, data)
    unary(session)


def not_utf8(session):
    """Text that is not UTF-8 is refused as INTERNAL, as C++ and Go answer."""
    for method in ("IsActive", "GetMetricSpec"):
        call = _raw(session, f"/{protocol.SERVICE}/{method}")
        expect_code(grpc.StatusCode.INTERNAL, call, b"\x0a\x02\xff\xfe")


def oversize(session):
    """A message above the limit is refused as RESOURCE_EXHAUSTED, and the connection goes on."""
    base = session.triggers[0]
    metadata = {**base.metadata, "queueDepthQuery": "x" * session.options.oversize}
    trigger = protocol.Trigger(base.name, base.namespace, metadata)
    expect_code(grpc.StatusCode.RESOURCE_EXHAUSTED, session.scaler.metric_spec, trigger)
    unary(session)


def deadline(session):
    """Deadlines that pass while a call is under way leave the connection usable."""
    trigger = session.triggers[0]
    for _ in range(50):
        code = grpc.StatusCode.OK
        try:
            session.scaler.is_active(trigger, timeout=0.0005)
        except grpc.RpcError as error:
            code = error.code()
        require(code in (grpc.StatusCode.OK, grpc.StatusCode.DEADLINE_EXCEEDED),
                f"a call with a short deadline ended with {code.name}")
    unary(session)
