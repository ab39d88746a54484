#!/usr/bin/env bash
# How costs grow: each measured at four sizes, with the exponent of the power law through them
# (0: the size does not matter; 1: in proportion; 2: with the square).
#   growth.sh [PART...]     all parts unless told:
#     call        CPU per GetMetrics of one object, by how many others are known
#     clients     CPU per GetMetrics, by connections of 8 streams each
#     objects     CPU and memory of the whole server, by objects with two queries each
#     collection  CPU per query, by queries a second
#     scrape      CPU per engine whose page is read once a second, by engines
#     streams     memory and the push of one change, by open streams
#     engine      time and state of one decision, by triggers
set -euo pipefail
source "$(dirname "$0")/common.sh"

parts=("$@")
if [ ${#parts[@]} -eq 0 ]; then parts=(call clients objects collection scrape streams engine); fi
Tests/Benchmarks/build-servers scaler callers streams engines
machine

# Notes a figure: note NAME SIZE COST; shows each name's figures with the exponent at the end.
note() { echo "$2 $3" >>"$work/figures.$1"; }
show() {
  local name=$1 unit=$2
  awk -v name="$name" -v unit="$unit" '
    {
      text = text (NR > 1 ? ", " : "") $1 ": " $2
      x = log($1); y = log($2); n++
      sx += x; sy += y; sxx += x * x; sxy += x * y
    }
    END {
      printf "%s, %s: %s; exponent %.2f\n", name, unit, text,
        (n * sxy - sx * sy) / (n * sxx - sx * sx)
    }' "$work/figures.$name"
}

start_scaler() {
  port=$(free_port)
  start scaler "$bin/scaler" serve --grpc-listen "127.0.0.1:$port" --prometheus "$prometheus" \
    --admin-listen off --log-level warning
  scaler=$started_pid
  await_port "$port" "$scaler" scaler
}

# CPU of one call in µs, the median of five times: call_cost CALLS CONNECTIONS STREAMS. What the
# server does by itself meanwhile is taken off, by the CPU of a second without calls.
call_cost() {
  local before from idle
  before=$(cpu_ns "$scaler") from=$(date +%s%N)
  sleep 2
  idle=$(awk -v ns="$(($(cpu_ns "$scaler") - before))" -v all="$(($(date +%s%N) - from))" \
    'BEGIN {print ns / all}')
  for _ in 1 2 3 4 5; do
    before=$(cpu_ns "$scaler") from=$(date +%s%N)
    call "$port" GetMetrics "$1" "$2" "$3"
    awk -v ns="$(($(cpu_ns "$scaler") - before))" -v all="$(($(date +%s%N) - from))" \
      -v idle="$idle" -v n="$1" 'BEGIN {print (ns - idle * all) / n / 1000}'
  done | sort --general-numeric-sort | sed --quiet 3p
}

part_call() {
  local count
  start_prometheus
  Tests/Benchmarks/request.py "$work" "$prometheus"
  for count in 10 50 250 1250; do
    start_scaler
    # A while longer, so that the windows of all have been filled.
    "$bin/callers" -address "127.0.0.1:$port" -prometheus "$prometheus" -objects "$count" \
      -queries 10 -every 10s -seconds "$((5 + count / 30))" >"$work/known"
    await_answers "$port"
    note call "$count" "$(call_cost 20000 4 16)"
    stop "$scaler"
  done
  show call "µs CPU with so many objects known"
}

part_clients() {
  local count
  start_prometheus
  Tests/Benchmarks/request.py "$work" "$prometheus"
  start_scaler
  await_answers "$port"
  for count in 4 16 64 256; do note clients "$count" "$(call_cost 20000 "$count" 8)"; done
  stop "$scaler"
  show clients "µs CPU at so many connections"
}

part_objects() {
  local count
  for count in 125 250 500 1000; do
    Tests/Benchmarks/scale.sh "$count" 18 >"$work/scale"
    note objects-cpu "$count" "$(sed --quiet 's/^cores: scaler \([0-9.]*\),.*/\1/p' "$work/scale")"
    note objects-memory "$count" "$(awk '/^idle:/ {idle = $2} /^resident over/ {print $NF - idle}' \
      "$work/scale")"
    note objects-wait "$count" "$(sed --quiet 's/.*ms: median \([0-9.]*\),.*/\1/p' "$work/scale")"
  done
  show objects-cpu "cores"
  show objects-memory "MB more than idle"
  show objects-wait "ms that half the calls wait at most"
}

part_collection() {
  local count bench
  swift build --configuration release --product CollectionBenchmark >&2
  bench=$(swift build --configuration release --show-bin-path)/CollectionBenchmark
  start_prometheus
  for count in 250 500 1000 2000; do
    "$bench" collect "$prometheus" "$count" 10 >"$work/collect"
    note collection "$count" "$(sed --quiet 's/.* \([0-9.]*\) us CPU per query.*/\1/p' \
      "$work/collect")"
  done
  show collection "µs CPU per query at so many a second"
}

part_scrape() {
  local count bench ports
  swift build --configuration release --product CollectionBenchmark >&2
  bench=$(swift build --configuration release --show-bin-path)/CollectionBenchmark
  "$bench" page >"$work/page"
  for count in 25 100 400 800; do
    start engines "$bin/engines" "$count" "$work/page"
    while [ "$(wc --lines <"$work/engines.log")" -lt "$count" ]; do sleep 0.1; done
    mapfile -t ports <"$work/engines.log"
    "$bench" scrape 10 "${ports[@]}" | tee "$work/scrape"
    note scrape "$count" "$(sed --quiet 's/.* \([0-9.]*\) us CPU each.*/\1/p' "$work/scrape")"
    stop "$started_pid"
  done
  show scrape "µs CPU per page of $(wc --bytes <"$work/page") bytes"
}

part_streams() {
  local line
  Tests/Benchmarks/streams.sh 1250 2500 5000 10000 | grep streams: >"$work/streams"
  while read -r line; do
    local count=${line%% streams*}
    note streams-memory "$count" "$(sed 's/.* \([0-9.]*\) KB each.*/\1/' <<<"$line")"
    note streams-push "$count" "$(sed 's/.*: \([0-9.]*\) µs CPU each.*/\1/' <<<"$line")"
    note streams-time "$count" "$(sed 's/.*first to last \([0-9.]*\) ms.*/\1/' <<<"$line")"
  done <"$work/streams"
  show streams-memory "KB each"
  show streams-push "µs CPU each for one change"
  show streams-time "ms from the first stream that knows to the last"
}

part_engine() {
  local count bench
  swift build --configuration release --product EngineBenchmark >&2
  bench=$(swift build --configuration release --show-bin-path)/EngineBenchmark
  for count in 1 2 4 8; do
    "$bench" "$count" >"$work/engine"
    note engine-time "$count" \
      "$(sed --quiet 's/^one decision: \([0-9.]*\) µs.*/\1/p' "$work/engine")"
    note engine-state "$count" "$(sed --quiet 's/^state: \([0-9]*\) bytes.*/\1/p' "$work/engine")"
  done
  show engine-time "µs for one decision on so many triggers"
  show engine-state "bytes of state"
}

for part in "${parts[@]}"; do
  case $part in
    call | clients | objects | collection | scrape | streams | engine) "part_$part" ;;
    *)
      echo "growth.sh: \"$part\" is none of: call clients objects collection scrape streams" \
        "engine" >&2
      exit 2
      ;;
  esac
done
