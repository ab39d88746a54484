#!/usr/bin/env bash
# Time from exec to the first answered call (a GetMetricSpec), memory when idle, and size on disk:
#   start.sh [ROUNDS]      21 starts unless told
# Memory is VmRSS: 5 s after a start without any trigger, and 5 s after one trigger's first answer,
# while it is collected for. The client's own start does not count: see Clients/first_answer.c.
set -euo pipefail
source "$(dirname "$0")/common.sh"

rounds=${1:-21}
Tests/Benchmarks/build-servers scaler floor first_answer
machine
start_prometheus
Tests/Benchmarks/request.py "$work" "$prometheus"
printf '\0\0\0\0\0' >"$work/Health.bin"

# once NAME METHOD FRAME SECONDS COMMAND...; %PORT% in the command is a free port.
once() {
  local port arguments=() argument
  port=$(free_port)
  for argument in "${@:4}"; do arguments+=("${argument//%PORT%/$port}"); done
  "$bin/first_answer" "$port" "$1" "$2" "$3" "${arguments[@]}"
}

serve=("$bin/scaler" serve --prometheus "$prometheus" --grpc-listen 127.0.0.1:%PORT%)
spec=/externalscaler.ExternalScaler/GetMetricSpec
for _ in $(seq "$rounds"); do
  once "$spec" "$work/GetMetricSpec.bin" 0 "${serve[@]}" --admin-listen off >>"$work/plain"
  once "$spec" "$work/GetMetricSpec.bin" 0 "${serve[@]}" --admin-listen 127.0.0.1:0 \
    >>"$work/admin"
  once "$spec" "$work/GetMetricSpec.bin" 0 "$bin/floor" 127.0.0.1:%PORT% >>"$work/floor-times"
done
milliseconds() {
  echo "$(awk '{print $2}' "$1" | spread %.0f), CPU $(awk '{print $4}' "$1" | spread %.0f)"
}
echo "exec → first answer, and CPU until then, ms: $(milliseconds "$work/admin")"
echo "  without the admin port: $(milliseconds "$work/plain")"
echo "  the floor: $(milliseconds "$work/floor-times")"

resident() { awk '{printf "%.1f MB\n", $3 / 1024}'; }
health=/grpc.health.v1.Health/Check
echo "resident, no trigger: $(once "$health" "$work/Health.bin" 5 "${serve[@]}" \
  --admin-listen 127.0.0.1:0 | resident)"
echo "resident, one trigger: $(once "$spec" "$work/GetMetricSpec.bin" 5 "${serve[@]}" \
  --admin-listen 127.0.0.1:0 | resident)"
echo "resident, the floor: $(once "$spec" "$work/GetMetricSpec.bin" 5 "$bin/floor" \
  127.0.0.1:%PORT% | resident)"
echo "binary: $(($(stat --format=%s "$bin/scaler") / 1000000)) MB stripped, of which text" \
  "$(size "$bin/scaler" | awk 'NR == 2 {printf "%.0f", $1 / 1e6}') MB"
