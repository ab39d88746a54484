# shellcheck shell=bash
# What the benchmarks share; sourced by them. Everything that `start` starts ends with the script.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck disable=SC2034
bin=$PWD/.build/benchmarks
work=$(mktemp --directory)
started=()

end_started() {
  local process
  for process in "${started[@]}"; do
    if kill -TERM "$process" 2>"$work/kill"; then wait "$process" || :; fi
  done
  rm --recursive --force "$work"
}
trap end_started EXIT

# Runs a program in the background; its output goes to $work/NAME.log, its id to $started_pid.
#   start NAME PROGRAM [ARGUMENT...]
start() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 &
  started_pid=$!
  started+=("$started_pid")
}

# Ends one process that `start` started.
stop() {
  local process left=()
  kill -TERM "$1"
  wait "$1" || :
  for process in "${started[@]}"; do
    if [ "$process" != "$1" ]; then left+=("$process"); fi
  done
  started=("${left[@]}")
}

free_port() {
  python3 -c \
    'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Returns when something listens on the port; fails with the log where PROCESS ends before.
#   await_port PORT PROCESS NAME
await_port() {
  for _ in $(seq 600); do
    if (exec 4<>"/dev/tcp/127.0.0.1/$1") 2>"$work/connect"; then return; fi
    if ! kill -0 "$2" 2>"$work/kill"; then break; fi
    sleep 0.1
  done
  echo "$3 does not listen on port $1; its log:" >&2
  cat "$work/$3.log" >&2
  return 1
}

# Starts a Prometheus without targets, which answers constant queries; its address: $prometheus.
start_prometheus() {
  local port
  port=$(free_port)
  printf 'global: {}\n' >"$work/prometheus.yaml"
  start prometheus prometheus --config.file="$work/prometheus.yaml" \
    --storage.tsdb.path="$work/prometheus" --web.listen-address="127.0.0.1:$port" --log.level=error
  # shellcheck disable=SC2034
  prometheus_pid=$started_pid
  prometheus=http://127.0.0.1:$port
  for _ in $(seq 300); do
    if curl --silent --fail "$prometheus/api/v1/query?query=vector(1)" >"$work/up"; then return; fi
    sleep 0.1
  done
  echo "Prometheus does not answer:" >&2
  cat "$work/prometheus.log" >&2
  return 1
}

# Calls a method with h2load: call PORT METHOD CALLS CONNECTIONS STREAMS [SCHEME]
# Fails where a call has no message of its own, which is how gRPC's errors look to h2load.
call() {
  local port=$1 method=$2 calls=$3 data
  h2load --requests="$calls" --clients="$4" --max-concurrent-streams="$5" \
    --data="$work/$method.bin" --header='content-type: application/grpc' --header='te: trailers' \
    "${6:-http}://127.0.0.1:$port/externalscaler.ExternalScaler/$method" >"$work/load" 2>&1
  data=$(sed --quiet --regexp-extended 's/^traffic: .*\(([0-9]+)\) data$/\1/p' "$work/load")
  local -A bytes=([GetMetrics]=36 [IsActive]=7 [GetMetricSpec]=36)
  if [ "$data" != "$((calls * bytes[$method]))" ]; then
    echo "$method: $calls calls gave ${data:-no} bytes of messages; expected" \
      "$((calls * bytes[$method]))" >&2
    return 1
  fi
}

# Calls until the server answers with messages: the scaler's first answers wait for Prometheus.
await_answers() {
  for _ in $(seq 300); do
    if call "$1" GetMetrics 1 1 1 "${2:-http}" 2>"$work/call"; then return; fi
    sleep 0.1
  done
  cat "$work/call" "$work/load" >&2
  return 1
}

# CPU time of a process so far, all threads that live, in nanoseconds.
cpu_ns() {
  cat "/proc/$1/task/"*/schedstat | awk '{sum += $1} END {printf "%.0f\n", sum}'
}

# The machine, for the head of a report.
machine() {
  local model
  model=$(sed --quiet 's/^model name[^:]*: //p' /proc/cpuinfo | head --lines=1)
  echo "machine: $(nproc) × $model, $(uname --machine), Linux $(uname --kernel-release)," \
    "load $(cut --delimiter=' ' --fields=1 /proc/loadavg)"
}

# Median with minimum and maximum of numbers on standard input: "12.3 (11.9–13.0)".
spread() {
  sort --general-numeric-sort | awk -v format="${1:-%.2f}" '
    {value[NR] = $1}
    END {
      middle = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
      printf format " (" format "–" format ")\n", middle, value[1], value[NR]
    }'
}
