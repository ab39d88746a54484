#!/usr/bin/env bash
# CPU per GetMetrics: the scaler, the floor, the C++ and the Go peer in turns, plaintext and TLS:
#   cpu.sh [ROUNDS [CALLS]]     4 rounds of 20000 calls unless told (a quarter at 1 × 1)
# Each round calls every server at 1 connection × 1 stream, 4 × 16 and 32 × 8. The CPU is the
# server's own, user and system, of all its threads. On a shared machine only ratios count: they are
# formed within a round and reported as median (minimum–maximum).
set -euo pipefail
source "$(dirname "$0")/common.sh"

rounds=${1:-4}
calls=${2:-20000}
servers=(scaler floor async go-peer)
Tests/Benchmarks/build-servers "${servers[@]}"
machine
dpkg-query --show --showformat='peer: ${Package} ${Version}\n' libgrpc++-dev golang-google-grpc-dev
go version
start_prometheus
Tests/Benchmarks/request.py "$work" "$prometheus"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -subj /CN=localhost -keyout "$work/key.pem" -out "$work/certificate.pem" 2>"$work/openssl"

declare -A port process
for scheme in http https; do
  tls=() flags=()
  if [ "$scheme" = https ]; then
    tls=("$work/certificate.pem" "$work/key.pem")
    flags=(--tls-cert "$work/certificate.pem" --tls-key "$work/key.pem")
  fi
  for server in "${servers[@]}"; do
    port[$server]=$(free_port)
    if [ "$server" = scaler ]; then
      start "$server" "$bin/scaler" serve --grpc-listen "127.0.0.1:${port[$server]}" \
        --prometheus "$prometheus" --admin-listen off "${flags[@]}"
    else
      start "$server" "$bin/$server" "127.0.0.1:${port[$server]}" "${tls[@]}"
    fi
    process[$server]=$started_pid
    await_port "${port[$server]}" "$started_pid" "$server"
    await_answers "${port[$server]}" "$scheme"
  done
  for round in $(seq "$rounds"); do
    for shape in 1x1 4x16 32x8; do
      count=$calls
      if [ "$shape" = 1x1 ]; then count=$((calls / 4)); fi
      for server in "${servers[@]}"; do
        before=$(cpu_ns "${process[$server]}")
        call "${port[$server]}" GetMetrics "$count" "${shape%x*}" "${shape#*x}" "$scheme"
        each=$((($(cpu_ns "${process[$server]}") - before) / count))
        echo "$scheme $shape $round $server $each" >>"$work/results"
      done
    done
  done
  for server in "${servers[@]}"; do stop "${process[$server]}"; done
done

# of SCHEME SHAPE A [B [SCHEME-OF-B]]: A's microseconds, or A's ratio to B, round by round.
of() {
  awk -v scheme="$1" -v shape="$2" -v a="$3" -v b="${4:-}" -v other="${5:-$1}" '
    $2 == shape && $1 == scheme && $4 == a {left[$3] = $5}
    $2 == shape && $1 == other && $4 == b {right[$3] = $5}
    END {for (round in left) print (b == "" ? left[round] / 1000 : left[round] / right[round])}
  ' "$work/results" | spread
}
for scheme in http https; do
  for shape in 1x1 4x16 32x8; do
    echo "$scheme $shape: scaler $(of "$scheme" "$shape" scaler) µs" \
      "; ÷ grpc-go $(of "$scheme" "$shape" scaler go-peer)" \
      "; ÷ C++ $(of "$scheme" "$shape" scaler async)" \
      "; ÷ floor $(of "$scheme" "$shape" scaler floor)"
  done
done
for shape in 1x1 4x16 32x8; do
  echo "TLS ÷ plaintext, scaler, $shape: $(of https "$shape" scaler scaler http)"
done
