"""The scaler's protocol for clients: messages made from the committed descriptors, and calls.

Requests are encoded by hand, so that a metadata map can be sent in any order; answers are decoded
with the messages of proto/*.proto, read from the descriptors that the scaler itself embeds.
"""

import argparse
import json
import pathlib
import random

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

ROOT = pathlib.Path(__file__).resolve().parents[2]
DESCRIPTORS = ROOT / "Sources/ScalerMessages/descriptors.binpb"
SERVICE = "externalscaler.ExternalScaler"
HEALTH = "grpc.health.v1.Health"

README_TRIGGER = {
    "gpuUtilizationQuery": 'DCGM_FI_DEV_GPU_UTIL{pod=~"inference-.*"}',
    "gpuUtilizationThreshold": "70",
    "queueDepthQuery": 'sum(queue_depth{service="llm-inference"})',
    "queueDepthThreshold": "50",
    "coldStart": "60s",
}


def descriptor_files():
    """The file descriptors of proto/, in the order of their imports."""
    return descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file


def _pool():
    # A pool of its own: the packages for health and reflection register theirs in the default one.
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_files():
        pool.Add(file)
    return pool


POOL = _pool()


def message(name):
    """The class of a message, by its full name."""
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))


IsActiveResponse = message("externalscaler.IsActiveResponse")
GetMetricSpecResponse = message("externalscaler.GetMetricSpecResponse")
GetMetricsResponse = message("externalscaler.GetMetricsResponse")


def _varint(number):
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _field(number, payload):
    if isinstance(payload, str):
        payload = payload.encode()
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def encode_ref(name, namespace, metadata, shuffle=True):
    """A ScaledObjectRef's bytes; the map's entries in random order unless told otherwise."""
    entries = list(metadata.items())
    if shuffle:
        random.shuffle(entries)
    pairs = (_field(3, _field(1, key) + _field(2, value)) for key, value in entries)
    return _field(1, name) + _field(2, namespace) + b"".join(pairs)


def encode_metrics_request(ref, metric_name):
    """A GetMetricsRequest's bytes around an encoded ScaledObjectRef."""
    return _field(1, ref) + _field(2, metric_name)


class Trigger:
    """One trigger of one ScaledObject."""

    def __init__(self, name, namespace, metadata):
        self.name, self.namespace, self.metadata = name, namespace, metadata

    def ref(self):
        """The trigger's ScaledObjectRef, its map in a new random order."""
        return encode_ref(self.name, self.namespace, self.metadata)


class Scaler:
    """The five calls over one channel, sync or aio; each takes grpc's own keyword arguments."""

    def __init__(self, channel):
        self.channel = channel
        unary, stream = channel.unary_unary, channel.unary_stream
        self._spec = unary(f"/{SERVICE}/GetMetricSpec", None, GetMetricSpecResponse.FromString)
        self._metrics = unary(f"/{SERVICE}/GetMetrics", None, GetMetricsResponse.FromString)
        self._active = unary(f"/{SERVICE}/IsActive", None, IsActiveResponse.FromString)
        self._active_stream = stream(
            f"/{SERVICE}/StreamIsActive", None, IsActiveResponse.FromString)
        self._spec_stream = stream(
            f"/{SERVICE}/StreamMetricSpec", None, GetMetricSpecResponse.FromString)

    def metric_spec(self, trigger, **options):
        """GetMetricSpec."""
        return self._spec(trigger.ref(), **options)

    def metrics(self, trigger, metric_name, **options):
        """GetMetrics."""
        return self._metrics(encode_metrics_request(trigger.ref(), metric_name), **options)

    def is_active(self, trigger, **options):
        """IsActive."""
        return self._active(trigger.ref(), **options)

    def stream_is_active(self, trigger, **options):
        """StreamIsActive."""
        return self._active_stream(trigger.ref(), **options)

    def stream_metric_spec(self, trigger, **options):
        """StreamMetricSpec."""
        return self._spec_stream(trigger.ref(), **options)


def arguments(description):
    """A parser with what every program here takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--address", required=True, metavar="HOST:PORT")
    parser.add_argument(
        "--metadata", action="append", default=[], metavar="JSON",
        help="a trigger's metadata as a JSON map of strings, or @FILE; may be repeated "
        "(default: the README's trigger, without serverAddress)")
    parser.add_argument("--name", default="llm-inference", help="the ScaledObject's name")
    parser.add_argument("--namespace", default="inference", help="the ScaledObject's namespace")
    parser.add_argument("--ca", help="use TLS and trust this CA (PEM file)")
    parser.add_argument("--cert", help="client certificate for mTLS (PEM file)")
    parser.add_argument("--key", help="its key (PEM file)")
    parser.add_argument("--server-name", help="expect this name in the server's certificate")
    return parser


def triggers(options):
    """The triggers that the command line names, as KEDA would send them."""
    maps = [
        json.loads(pathlib.Path(text[1:]).read_text() if text.startswith("@") else text)
        for text in options.metadata
    ] or [README_TRIGGER]
    return [
        Trigger(options.name, options.namespace, {"scalerAddress": options.address, **metadata})
        for metadata in maps
    ]


def open_channel(options, module=grpc, with_client_certificate=True, **arguments_of_core):
    """A channel of its own connection to the address, plaintext or TLS as the options say."""
    pairs = [("grpc.use_local_subchannel_pool", 1), *arguments_of_core.items()]
    if not options.ca:
        return module.insecure_channel(options.address, pairs)
    if options.server_name:
        pairs.append(("grpc.ssl_target_name_override", options.server_name))
    chain = key = None
    if with_client_certificate and options.cert:
        chain = pathlib.Path(options.cert).read_bytes()
        key = pathlib.Path(options.key).read_bytes()
    credentials = grpc.ssl_channel_credentials(pathlib.Path(options.ca).read_bytes(), key, chain)
    return module.secure_channel(options.address, credentials, pairs)
