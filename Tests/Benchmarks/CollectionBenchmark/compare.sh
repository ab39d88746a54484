#!/bin/bash
# What a query costs the client: ours against Go's net/http with and without compression, and
# against wrk, which reads nothing of the answer, in turns and against a Prometheus of its own.
# Needs Debian's prometheus, golang-go and wrk.
# Usage: compare.sh [QUERIES [ROUNDS]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
queries=${1:-10000}
rounds=${2:-4}
work=$(mktemp --directory)
port=$(python3 -c \
  'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=http://127.0.0.1:$port

build=(swift build --package-path "$root" --configuration release)
"${build[@]}" --product CollectionBenchmark >&2
bench=$("${build[@]}" --show-bin-path)/CollectionBenchmark
go build -o "$work/peer" "$here/go/main.go"

cat > "$work/prometheus.yml" <<YAML
global: {scrape_interval: 1s}
scrape_configs: [{job_name: prometheus, static_configs: [{targets: ['127.0.0.1:$port']}]}]
YAML
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
  --web.listen-address="127.0.0.1:$port" --log.level=error &
prometheus=$!
trap 'kill "$prometheus"; wait "$prometheus"; rm --recursive --force "$work"' EXIT

# CPU of Prometheus so far, in clock ticks of 10 ms.
server_ticks() { awk '{print $14 + $15}' "/proc/$prometheus/stat"; }
measured() {
  local before
  before=$(server_ticks)
  "$@"
  echo "  prometheus: $((($(server_ticks) - before) * 10000 / queries)) us CPU per query"
}

# What a load generator in C pays that neither parses nor decides: a floor. Its CPU ÷ its requests.
wrk_floor() {
  local TIMEFORMAT='%U %S' requests
  { time wrk --threads 1 --connections 16 --duration 5s "$address/api/v1/query?query=up" \
    >"$work/wrk"; } 2>"$work/wrk.time"
  requests=$(awk '/requests in/ {print $1}' "$work/wrk")
  awk -v n="$requests" '{printf "wrk: %.1f us CPU per query\n", ($1 + $2) * 1e6 / n}' \
    "$work/wrk.time"
}

for _ in $(seq 100); do
  if curl --silent --fail "$address/api/v1/query?query=up" | grep --quiet '"1"'; then break; fi
  sleep 0.1
done
"$bench" parse
for _ in $(seq "$rounds"); do
  measured "$bench" ask "$address" "$queries"
  measured "$work/peer" "$address" "$queries" plain
  measured "$work/peer" "$address" "$queries" gzip
  wrk_floor
done
"$bench" collect "$address" 2000 20
