#!/usr/bin/env bash
# Regenerates what is made from proto/: the protobuf-c code and the embedded descriptors.
# CI runs it and then `git diff --exit-code`. Needs protobuf-compiler and protobuf-c-compiler.
set -euo pipefail
cd "$(dirname "$0")"

generated=../Sources/CScalerProto
# v1alpha's messages are v1's byte for byte, so one set of C code serves both.
protoc-c --proto_path=. --c_out="$generated" \
  externalscaler.proto grpc/health/v1/health.proto grpc/reflection/v1/reflection.proto
mkdir -p "$generated/include"
mv "$generated/externalscaler.pb-c.h" "$generated/include/"
mkdir -p "$generated/include/grpc/health/v1" "$generated/include/grpc/reflection/v1"
mv "$generated/grpc/health/v1/health.pb-c.h" "$generated/include/grpc/health/v1/"
mv "$generated/grpc/reflection/v1/reflection.pb-c.h" "$generated/include/grpc/reflection/v1/"

protoc --proto_path=. --include_imports \
  --descriptor_set_out=../Sources/ScalerMessages/descriptors.binpb \
  externalscaler.proto grpc/health/v1/health.proto \
  grpc/reflection/v1/reflection.proto grpc/reflection/v1alpha/reflection.proto
