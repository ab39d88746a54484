#!/usr/bin/env bash
# User-space instructions per call of GetMetrics, IsActive and GetMetricSpec, with the real
# handlers: the built scaler beside the floor and the C++ peer, in one run.
#   instructions.sh [CALLS]     calls per method and server, 2000 unless told
# Callgrind counts. Per method: CALLS calls, three times as many, and as long without any; the
# difference of the first two leaves out what a connection costs, and the third subtracts what the
# server does by itself meanwhile (collection and decisions once a second).
# KEEP=DIRECTORY keeps the profiles; SERVERS="floor scaler" counts those only; PROFILED=PROGRAM
# stands in for the scaler's stripped copy (one with symbols, to see names in a profile).
set -euo pipefail
source "$(dirname "$0")/common.sh"

calls=${1:-2000}
read -r -a servers <<<"${SERVERS:-floor scaler async}"
methods=(GetMetrics IsActive GetMetricSpec)
Tests/Benchmarks/build-servers "${servers[@]}"
machine
start_prometheus
Tests/Benchmarks/request.py "$work" "$prometheus"
echo "request: $(($(stat --format=%s "$work/GetMetrics.bin") - 5)) bytes," \
  "$calls calls per method, 4 connections × 16 streams"

# Zeroes the counters, runs the command, dumps; gives instructions in $counted, time in $seconds.
count() {
  local process=$1 before
  shift
  callgrind_control --zero "$process" >"$work/control" 2>&1
  before=$(date +%s%N)
  "$@"
  seconds=$(awk -v ns="$(($(date +%s%N) - before))" 'BEGIN {print ns / 1e9}')
  dumps=$((dumps + 1))
  callgrind_control --dump "$process" >"$work/control" 2>&1
  counted=$(sed --quiet 's/^totals: //p' "$profile.$dumps" | awk '{sum += $1} END {print sum}')
}

# Keeps the newest profile where KEEP says so.
keep_profile() {
  if [ -n "${KEEP:-}" ]; then
    mkdir --parents "$KEEP"
    cp "$profile.$dumps" "$KEEP/$1"
  fi
}

ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN {if (b) printf "%.3f", a / b; else printf "?"}'
}

declare -A floor
for server in "${servers[@]}"; do
  port=$(free_port)
  profile=$work/$server.callgrind
  dumps=0
  command=("$bin/$server" "127.0.0.1:$port")
  if [ "$server" = scaler ]; then
    command=("${PROFILED:-$bin/scaler}" serve --grpc-listen "127.0.0.1:$port" \
      --prometheus "$prometheus" --admin-listen off)
  fi
  start "$server" valgrind --tool=callgrind --callgrind-out-file="$profile" "${command[@]}"
  process=$started_pid
  await_port "$port" "$process" "$server"
  await_answers "$port"
  for method in "${methods[@]}"; do call "$port" "$method" 400 4 16; done
  for method in "${methods[@]}"; do
    count "$process" call "$port" "$method" "$calls" 4 16
    few=$counted few_seconds=$seconds
    count "$process" call "$port" "$method" "$((3 * calls))" 4 16
    many=$counted
    keep_profile "$server.$method"
    count "$process" sleep "$(awk -v a="$seconds" -v b="$few_seconds" \
      'BEGIN {print (a > b ? a - b : 0)}')"
    each=$(((many - few - counted) / (2 * calls)))
    if [ "$server" = floor ]; then floor[$method]=$each; fi
    printf '%-8s %-14s %6d instructions, %s × floor (idle: %d subtracted)\n' "$server" \
      "$method" "$each" "$(ratio "$each" "${floor[$method]:-}")" "$((counted / (2 * calls)))"
  done
  stop "$process"
done
