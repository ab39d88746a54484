// Everything generated from proto/*.proto. The deprecated number fields are filled on purpose.
#pragma once
#define PROTOBUF_C__NO_DEPRECATED

#include "externalscaler.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/reflection/v1/reflection.pb-c.h"
