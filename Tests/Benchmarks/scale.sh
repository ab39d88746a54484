#!/usr/bin/env bash
# Many ScaledObjects at once, each with two queries once a second, under KEDA's calls:
#   scale.sh [OBJECTS [SECONDS [QUERIES [EVERY]]]]   1000 objects for 60 s with queries of their own
#   scale.sh 10000 60 100 15                         many that share few, asked as an HPA asks
# EVERY is the time between two rounds of an object's three calls, in seconds: 1 unless told.
# Prints what the admin port counts: collections skipped or failed, the oldest value a decision
# rested on, CPU as a share of one core beside Prometheus' own, and resident memory over time.
set -euo pipefail
source "$(dirname "$0")/common.sh"

objects=${1:-1000}
length=${2:-60}
queries=${3:-$((2 * objects))}
every=${4:-1}
Tests/Benchmarks/build-servers scaler callers
machine
start_prometheus
port=$(free_port)
admin=127.0.0.1:$(free_port)
start scaler "$bin/scaler" serve --grpc-listen "127.0.0.1:$port" --prometheus "$prometheus" \
  --admin-listen "$admin" --log-level warning
scaler=$started_pid
await_port "$port" "$scaler" scaler
resident_mb() { awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
# counter NAME: the sum of a metric's samples; greatest NAME: the largest.
counter() { curl --silent --fail "http://$admin/metrics" | awk -v name="keda_burst_scaler_$1" \
  'index($1, name) == 1 {sum += $NF} END {printf "%d", sum}'; }
greatest() { curl --silent --fail "http://$admin/metrics" | awk -v name="keda_burst_scaler_$1" \
  'index($1, name) == 1 && $NF > most {most = $NF} END {printf "%.2f", most}'; }

echo "idle: $(resident_mb "$scaler") MB resident"
start callers "$bin/callers" -address "127.0.0.1:$port" -prometheus "$prometheus" \
  -objects "$objects" -seconds "$length" -queries "$queries" -every "${every}s"
callers=$started_pid
# The callers' own warm-up, in which triggers become known.
sleep "$((every > 10 ? every : 10))"
skipped=$(counter source_requests_skipped_total)
failed=$(counter source_requests_failed_total)
answered=$(counter source_requests_answered_total)
cpu=$(cpu_ns "$scaler")
peer=$(cpu_ns "$prometheus_pid")
from=$(date +%s%N)
oldest=0
memory=$(resident_mb "$scaler")
for _ in $(seq 6); do
  sleep "$(awk -v all="$length" 'BEGIN {print all / 6 - 0.5}')"
  age=$(greatest data_age_seconds)
  oldest=$(awk -v a="$oldest" -v b="$age" 'BEGIN {print (a > b ? a : b)}')
  memory+=" $(resident_mb "$scaler")"
done
elapsed=$(($(date +%s%N) - from))
share() { awk -v ns="$1" -v all="$elapsed" 'BEGIN {printf "%.2f", ns / all}'; }
answers=$(($(counter source_requests_answered_total) - answered))
echo "$objects objects, $queries queries: $((answers * 1000000000 / elapsed)) answers a second," \
  "$(($(counter source_requests_skipped_total) - skipped)) skipped," \
  "$(($(counter source_requests_failed_total) - failed)) failed, oldest value $oldest s"
echo "cores: scaler $(share $(($(cpu_ns "$scaler") - cpu)))," \
  "Prometheus $(share $(($(cpu_ns "$prometheus_pid") - peer)))"
echo "resident over time, MB: $memory"
wait "$callers"
cat "$work/callers.log"
