// The whole C surface of gRPC core that Swift sees.
// features.h and select.h come first: without them debug builds clash over fd_set.
#pragma once
#include <features.h>
#include <pthread.h>
#include <sys/select.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

// Swift does not import function-like macros.

static inline const uint8_t *cgrpc_slice_start(const grpc_slice *slice) {
  return GRPC_SLICE_START_PTR(*slice);
}

static inline size_t cgrpc_slice_length(const grpc_slice *slice) {
  return GRPC_SLICE_LENGTH(*slice);
}

// Declared by pthread.h only with _GNU_SOURCE.
int pthread_setname_np(pthread_t thread, const char *name);

static inline void cgrpc_name_thread(pthread_t thread, const char *name) {
  pthread_setname_np(thread, name);
}
