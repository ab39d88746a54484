#!/usr/bin/env bash
# Open StreamIsActive streams of one trigger: memory each, and the cost of one change to all:
#   streams.sh [STREAMS...]     2000 and 10000 unless told; all on 4 connections
# The change is the trigger's own: its query is 0 until a given second and 100 from then on.
set -euo pipefail
source "$(dirname "$0")/common.sh"

counts=("$@")
if [ ${#counts[@]} -eq 0 ]; then counts=(2000 10000); fi
Tests/Benchmarks/build-servers scaler streams
machine
start_prometheus

resident_kb() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }

# Waits until the client has printed a line that starts with $1, and puts its number into $said.
await_word() {
  for _ in $(seq 1200); do
    said=$(sed --quiet "s/^$1 //p" "$work/client.log")
    if [ -n "$said" ]; then return; fi
    if ! kill -0 "$client" 2>"$work/kill"; then break; fi
    sleep 0.1
  done
  # It may have said so as its last word.
  said=$(sed --quiet "s/^$1 //p" "$work/client.log")
  if [ -n "$said" ]; then return; fi
  cat "$work/client.log" >&2
  return 1
}

for count in "${counts[@]}"; do
  # Time enough to open them all, measure an idle stretch, and be far from the change.
  change=$(($(date +%s) + 20 + count / 500))
  Tests/Benchmarks/request.py "$work" "$prometheus" gpuUtilizationQuery= gpuUtilizationThreshold= \
    "queueDepthQuery=vector(100)*(time()>bool $change)"
  port=$(free_port)
  start scaler "$bin/scaler" serve --grpc-listen "127.0.0.1:$port" --prometheus "$prometheus" \
    --admin-listen off
  scaler=$started_pid
  await_port "$port" "$scaler" scaler
  # From this call on it collects; the answers are not of the length that others wait for.
  call "$port" GetMetricSpec 1 1 1
  before=$(resident_kb "$scaler")
  start client "$bin/streams" "$port" "$work/IsActive.bin" "$count" 4
  client=$started_pid
  await_word open
  opened=$said
  after=$(resident_kb "$scaler")
  idle_from=$(cpu_ns "$scaler")
  sleep 3
  idle=$((($(cpu_ns "$scaler") - idle_from) / 3))
  quiet_from=$(cpu_ns "$scaler") quiet_at=$(date +%s%N)
  await_word pushed
  quiet=$((($(date +%s%N) - quiet_at) / 1000000))
  push=$(($(cpu_ns "$scaler") - quiet_from - idle * quiet / 1000))
  printf '%5d streams: opened in %s ms, %s KB each, one change: %s µs CPU each,' "$count" \
    "$opened" "$(awk -v kb=$((after - before)) -v n="$count" 'BEGIN {printf "%.1f", kb / n}')" \
    "$(awk -v ns="$push" -v n="$count" 'BEGIN {printf "%.1f", ns / 1000 / n}')"
  printf ' first to last %s ms (idle: %d µs CPU a second)\n' "$said" "$((idle / 1000))"
  stop "$scaler"
done
