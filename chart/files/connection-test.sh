# Asks a release what KEDA and Prometheus will ask, over nothing but bash:
#   connection-test.sh HOST GRPC_PORT ADMIN_PORT
# For every address of the headless Service: the gRPC port takes connections, and the admin port
# says that the scaler can answer KEDA.
set -euo pipefail
host=$1 grpc=$2 admin=$3

mapfile -t addresses < <(getent ahosts "$host" | awk '$2 == "STREAM" { print $1 }' | sort -u)
if [ ${#addresses[@]} -eq 0 ]; then
  echo "$host resolves to no pod: look at the pods with kubectl get pods" >&2
  exit 1
fi
for address in "${addresses[@]}"; do
  exec 3<>"/dev/tcp/$address/$grpc"
  exec 3>&-
  exec 3<>"/dev/tcp/$address/$admin"
  printf 'GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$host" >&3
  read -r -t 10 _ status _ <&3
  exec 3>&-
  if [ "$status" != 200 ]; then
    echo "$address answers $status to /readyz" >&2
    exit 1
  fi
  echo "$address is ready"
done
