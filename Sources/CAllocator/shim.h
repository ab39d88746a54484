// What the C library's allocator can be told; Swift's Glibc module leaves malloc.h out.
// features.h and select.h come first: without them builds with CGRPC clash over fd_set.
#pragma once
#include <features.h>
#include <sys/select.h>

#include <malloc.h>
