#!/bin/sh
# Startup probe of an engine's pod: sends real requests, and succeeds only when enough have been
# answered, so that the pod counts as ready once its model is loaded, its kernels are compiled and
# its caches are allocated. A request that fails ends this run; the kubelet starts the next.
#   WARM_UP_URL       where the engine answers inside its pod
#   WARM_UP_BODY      JSON body to POST; empty: GET
#   WARM_UP_REQUESTS  how many must succeed in a row
#   WARM_UP_TIMEOUT   seconds for one request
set -eu
here=$(dirname "$0")
url=${WARM_UP_URL:-$(cat "$here/url")}
body=${WARM_UP_BODY-$(cat "$here/body")}
requests=${WARM_UP_REQUESTS:-$(cat "$here/requests")}
timeout=${WARM_UP_TIMEOUT:-30}

# Engines' images bring curl, Python, or both.
send() {
  if command -v curl >/dev/null 2>&1; then
    if [ -n "$body" ]; then
      set -- --header 'Content-Type: application/json' --data "$body"
    fi
    curl --silent --show-error --fail --output /dev/null --max-time "$timeout" "$@" "$url"
  else
    python3 - "$url" "$timeout" "$body" <<'PYTHON'
import sys, urllib.request
url, timeout, body = sys.argv[1:]
data = body.encode() or None
request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
try:
    urllib.request.urlopen(request, timeout=float(timeout)).read()
except Exception as error:
    sys.exit(str(error))
PYTHON
  fi
}

sent=0
while [ "$sent" -lt "$requests" ]; do
  if ! send; then
    echo "warm-up request $((sent + 1)) of $requests to $url failed" >&2
    exit 1
  fi
  sent=$((sent + 1))
done
echo "warm after $requests requests"
