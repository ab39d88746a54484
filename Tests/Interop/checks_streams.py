"""Checks of the two streams, of cancelling, and of pings."""

import queue
import threading
import time

import grpc

import rules
from checks_calls import timed, unary
from report import require


class Listener:
    """Reads one stream on a thread of its own."""

    def __init__(self, call):
        self.call = call
        self.answers = queue.Queue()
        self.received = 0
        self.last = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        try:
            for answer in self.call:
                self.received += 1
                self.last = answer
                self.answers.put(answer)
        except grpc.RpcError:
            pass  # The call keeps its code.
        self.ended.set()

    def first(self, what):
        """The first answer, which must come at once."""
        try:
            return self.answers.get(timeout=1.0)
        except queue.Empty:
            end = f" and ended with {self.call.code().name}" if self.ended.is_set() else ""
            raise_silent(what, end)

    def stop(self):
        """Cancels the stream and waits for its end."""
        self.call.cancel()
        require(self.ended.wait(5), "a cancelled stream did not end")


def raise_silent(what, end):
    """Fails with what KEDA would miss."""
    require(False, f"{what} said nothing within 1 s of opening{end}: send the state at once")


def streams(session):
    """Both streams say their state at once, agree with the unary calls and then keep quiet."""
    for trigger in session.triggers:
        specs = timed(session.scaler.metric_spec, trigger)
        activity = Listener(session.scaler.stream_is_active(trigger))
        listed = Listener(session.scaler.stream_metric_spec(trigger))
        first = activity.first("StreamIsActive")
        require(rules.same_specs(listed.first("StreamMetricSpec"), specs),
                "StreamMetricSpec and GetMetricSpec differ")
        active = timed(session.scaler.is_active, trigger)
        require(first.result == active.result,
                f"StreamIsActive said {first.result}, IsActive {active.result} at once after: "
                "KEDA undoes a push that the next poll does not confirm")
        quiet = 2.0
        require(not activity.ended.wait(quiet) and not listed.ended.is_set(),
                "a stream ended by itself: KEDA reopens it with a growing delay")
        require(activity.received <= 4 and listed.received <= 4,
                f"{activity.received + listed.received} answers in {quiet} s without a change: "
                "each true costs KEDA writes")
        activity.stop()
        listed.stop()


def cancel(session):
    """Streams opened and cancelled at once, before or after an answer, leave all else alone."""
    trigger = session.triggers[0]
    for index in range(100):
        call = session.scaler.stream_is_active(trigger)
        if index % 2:
            next(call)
        call.cancel()
    unary(session)


def pings(session):
    """A client that pings often is answered and never cut off, with and without streams."""
    # Left open, a watched channel would keep the process alive.
    with session.open_channel(**{
            "grpc.keepalive_time_ms": 100, "grpc.keepalive_timeout_ms": 2000,
            "grpc.keepalive_permit_without_calls": 1, "grpc.http2.max_pings_without_data": 0,
    }) as channel:
        ping_on(session, channel)


def ping_on(session, channel):
    """Pings on that connection for the time given."""
    scaler = session.scaler_on(channel)
    trigger = session.triggers[0]
    lost = []
    channel.subscribe(
        lambda state: lost.append(state.name)
        if state in (grpc.ChannelConnectivity.TRANSIENT_FAILURE, grpc.ChannelConnectivity.IDLE)
        and opened else None)
    opened = []
    timed(scaler.is_active, trigger)
    listener = Listener(scaler.stream_is_active(trigger))
    listener.first("StreamIsActive")
    opened.append(True)
    end = time.monotonic() + session.options.ping_seconds
    while time.monotonic() < end:
        require(not listener.ended.wait(0.5) and not lost,
                "the connection was closed on a client that pings: grpc-go does after each answer")
    listener.stop()
    timed(scaler.is_active, trigger)
    require(not lost, f"the connection went {lost[:1]} on a client that pings")
