#!/usr/bin/env bash
# Allocations of a call, and the work around its locks, from callgrind's profile of each method:
#   allocations.sh [CALLS]     3000 calls of each method unless told
set -euo pipefail
source "$(dirname "$0")/common.sh"

calls=${1:-3000}
Tests/Benchmarks/build-servers scaler
# With names, but without the debug information, which callgrind cannot read.
strip --strip-debug -o "$work/scaler" .build/release/keda-burst-scaler
KEEP=$work/profiles SERVERS=scaler PROFILED=$work/scaler Tests/Benchmarks/instructions.sh \
  "$((calls / 3))"
Tests/Benchmarks/allocations.py "$work/profiles" "$((calls / 3 * 3))"
