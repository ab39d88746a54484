#!/usr/bin/env python3
"""grpcurl's command line, as far as docs/ uses it, for machines that have no grpcurl.

Reads the server's reflection as grpcurl does, and prints what it prints: JSON without default
values, a proto snippet for `describe`, `ERROR:` with 64 + the code as exit code.
"""

import argparse
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

# What grpc-go says where the C core's words differ.
LATE = "context deadline exceeded"


def options():
    """The flags, with one dash as Go's are."""
    parser = argparse.ArgumentParser(prog="grpcurl")
    parser.add_argument("-plaintext", action="store_true")
    parser.add_argument("-cacert")
    parser.add_argument("-cert")
    parser.add_argument("-key")
    parser.add_argument("-max-time", type=float)
    parser.add_argument("-d", dest="data", default="")
    parser.add_argument("address")
    parser.add_argument("verb", metavar="list|describe|METHOD")
    parser.add_argument("symbol", nargs="?")
    return parser.parse_args()


def open_channel(given):
    """The connection."""
    if given.plaintext:
        return grpc.insecure_channel(given.address)
    read = lambda path: open(path, "rb").read() if path else None  # noqa: E731
    return grpc.secure_channel(given.address, grpc.ssl_channel_credentials(
        read(given.cacert), read(given.key), read(given.cert)))


def type_name(field):
    """A field's type as proto source has it."""
    if field.message_type is not None:
        if field.message_type.GetOptions().map_entry:
            key, value = field.message_type.fields
            return f"map<{type_name(key)}, {type_name(value)}>"
        return f".{field.message_type.full_name}"
    if field.enum_type is not None:
        return f".{field.enum_type.full_name}"
    names = {value: name[len("TYPE_"):].lower()
             for name, value in vars(FieldDescriptor).items() if name.startswith("TYPE_")}
    return names[field.type]


def lists(message):
    """The names of its repeated fields that are no maps."""
    proto = descriptor_pb2.DescriptorProto()
    message.CopyToProto(proto)
    maps = {field.name for field in message.fields if type_name(field).startswith("map<")}
    return {field.name for field in proto.field
            if field.label == field.LABEL_REPEATED} - maps


def describe(pool, symbol):
    """The snippet of a service or a message."""
    try:
        service = pool.FindServiceByName(symbol)
    except KeyError:
        message = pool.FindMessageTypeByName(symbol)
        print(f"{symbol} is a message:\nmessage {message.name} {{")
        for field in message.fields:
            repeated = "repeated " if field.name in lists(message) else ""
            deprecated = " [deprecated = true]" if field.GetOptions().deprecated else ""
            print(f"  {repeated}{type_name(field)} {field.name} = {field.number}{deprecated};")
    else:
        print(f"{symbol} is a service:\nservice {service.name} {{")
        for method in sorted(service.methods, key=lambda method: method.name):
            asked = "stream " if method.client_streaming else ""
            answered = "stream " if method.server_streaming else ""
            print(f"  rpc {method.name} ( {asked}.{method.input_type.full_name} ) "
                  f"returns ( {answered}.{method.output_type.full_name} );")
    print("}")


def plain(value):
    """Whole numbers without a point, as Go writes them."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def call(channel, pool, given):
    """Calls a method and prints its answers."""
    service, _, name = given.verb.replace("/", ".").rpartition(".")
    method = pool.FindServiceByName(service).methods_by_name[name]
    text = sys.stdin.read() if given.data == "@" else given.data
    request = json_format.Parse(
        text or "{}", message_factory.GetMessageClass(method.input_type)())
    kind = channel.unary_stream if method.server_streaming else channel.unary_unary
    ask = kind(
        f"/{service}/{name}", request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString)
    answers = ask(request, timeout=given.max_time)
    for answer in answers if method.server_streaming else [answers]:
        print(json.dumps(plain(json_format.MessageToDict(answer)), indent=2), flush=True)


def main():
    """Does what the command line says."""
    given = options()
    channel = open_channel(given)
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = descriptor_pool.DescriptorPool(database)
    try:
        if given.verb == "list" and given.symbol is None:
            print("\n".join(sorted(database.get_services())))
        elif given.verb == "list":
            for method in sorted(pool.FindServiceByName(given.symbol).methods_by_name):
                print(f"{given.symbol}.{method}")
        elif given.verb == "describe":
            describe(pool, given.symbol)
        else:
            call(channel, pool, given)
    except grpc.RpcError as error:
        code = error.code()
        name = "".join(word.capitalize() for word in code.name.split("_"))
        words = LATE if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED else error.details()
        print(f"ERROR:\n  Code: {name}\n  Message: {words}", file=sys.stderr)
        sys.exit(64 + code.value[0])


main()
