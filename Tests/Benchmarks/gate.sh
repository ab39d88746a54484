#!/usr/bin/env bash
# Fails where a hot path of the scaler costs more instructions than Tests/Benchmarks/limits allows,
# and names the path and both numbers. Takes about a minute once the release build is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

report=$(SERVERS=scaler "$here/instructions.sh" "${1:-1000}")
echo "$report"
awk '
  FNR == NR {if ($1 !~ /^#/ && NF == 2) limit[$1] = $2; next}
  $1 == "scaler" {
    seen[$2] = 1
    if ($3 > limit[$2]) {
      printf "%s costs %d instructions; the limit is %d\n", $2, $3, limit[$2]
      failed = 1
    }
  }
  END {
    for (path in limit) if (!(path in seen)) {print path " was not measured"; failed = 1}
    exit failed
  }
' "$here/limits" - <<<"$report"
echo "every path is within its limit"
