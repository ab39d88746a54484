"""Checks of health, reflection and TLS."""

import hashlib
import pathlib
import socket
import ssl

import grpc
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

import protocol
from checks_calls import timed
from checks_streams import Listener
from report import require

SERVING = health_pb2.HealthCheckResponse.SERVING
UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def _health(session):
    return health_pb2_grpc.HealthStub(session.channel)


def health(session):
    """Check and Watch answer for the server, for the scaler and for a service nobody knows."""
    stub = _health(session)
    for name in ("", protocol.SERVICE):
        request = health_pb2.HealthCheckRequest(service=name)
        require(stub.Check(request, timeout=10).status == SERVING, f'Check("{name}") not SERVING')
        watch = Listener(stub.Watch(request))
        require(watch.first("Watch").status == SERVING, f'Watch("{name}") does not say SERVING')
        watch.stop()
    request = health_pb2.HealthCheckRequest(service="some.Service")
    try:
        stub.Check(request, timeout=10)
        require(False, "Check of an unknown service did not fail with NOT_FOUND")
    except grpc.RpcError as error:
        require(error.code() == grpc.StatusCode.NOT_FOUND,
                f"Check of an unknown service gave {error.code().name}, not NOT_FOUND")
    watch = Listener(stub.Watch(request))
    require(watch.first("Watch").status == UNKNOWN,
            "Watch of an unknown service does not say SERVICE_UNKNOWN")
    watch.stop()


def reflection(session):
    """Reflection v1alpha, by grpcio-reflection: the services and their descriptors."""
    database = ProtoReflectionDescriptorDatabase(session.channel)
    services = set(database.get_services())
    require({protocol.SERVICE, protocol.HEALTH} <= services, f"reflection lists {services}")
    pool = descriptor_pool.DescriptorPool(database)
    methods = pool.FindServiceByName(protocol.SERVICE).methods_by_name
    own = protocol.POOL.FindServiceByName(protocol.SERVICE).methods_by_name
    require(set(methods) == set(own), f"reflection describes {sorted(methods)}")
    fields = pool.FindMessageTypeByName("externalscaler.MetricValue").fields_by_name
    require("metricValueFloat" in fields, "reflection describes a MetricValue without its float")


def reflection_v1(session):
    """Reflection v1, as newer grpcurl asks: list, symbol, file name, and what is not there."""
    package = "grpc.reflection.v1"
    request = protocol.message(f"{package}.ServerReflectionRequest")
    call = session.channel.stream_stream(
        f"/{package}.ServerReflection/ServerReflectionInfo", request.SerializeToString,
        protocol.message(f"{package}.ServerReflectionResponse").FromString)
    listed, symbol, file, missing = call(iter([
        request(list_services=""), request(file_containing_symbol=protocol.SERVICE),
        request(file_by_filename="externalscaler.proto"), request(file_containing_symbol="no.Such"),
    ]), timeout=10)
    names = {service.name for service in listed.list_services_response.service}
    require({protocol.SERVICE, protocol.HEALTH} <= names, f"reflection v1 lists {names}")
    descriptors = list(symbol.file_descriptor_response.file_descriptor_proto)
    require(descriptors and descriptors == list(
        file.file_descriptor_response.file_descriptor_proto),
        "reflection v1 gives different files for the symbol and for its file name")
    require(missing.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0],
            "reflection v1 does not say NOT_FOUND for a symbol nobody knows")


def client_certificate(session):
    """Without a client certificate an mTLS server refuses; with it, it answers."""
    timed(session.scaler.is_active, session.triggers[0])
    bare = session.open_channel(with_client_certificate=False)
    try:
        session.scaler_on(bare).is_active(session.triggers[0], timeout=5)
        require(False, "the server answered a client without a certificate")
    except grpc.RpcError as error:
        require(error.code() == grpc.StatusCode.UNAVAILABLE,
                f"a client without a certificate was told {error.code().name}")
    finally:
        bare.close()


def certificate_fingerprint(options):
    """The SHA-256 of the certificate that a new connection sees, as hexadecimal digits."""
    host, port = options.address.rsplit(":", 1)
    context = ssl.create_default_context(cafile=options.ca)
    context.set_alpn_protocols(["h2"])
    if options.cert:
        context.load_cert_chain(pathlib.Path(options.cert), pathlib.Path(options.key))
    name = options.server_name or host
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as connection:
            require(connection.selected_alpn_protocol() == "h2", "the server does not speak h2")
            return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()
