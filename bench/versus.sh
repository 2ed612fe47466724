#!/usr/bin/env bash
# Check and track of customers with one feature: this tree beside an earlier commit, in pairs, so that what else the machine
# does falls on both sides (about 3 minutes).
#   bench/versus.sh COMMIT [rounds]
# BENCH_DIR: as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
commit=${1:?"which commit? bench/versus.sh COMMIT [rounds]"}
rounds=${2:-7}

export BENCH_KEY=am_sk_test_bench000000000000000000
dir=$(realpath -m "${BENCH_DIR:-.run}")
here_port=${BENCH_PORT:-18480}
there_port=$((here_port + 1))
customers=1000
source ./measure.sh

declare -A pids
finish() {
  local port
  for port in "${!pids[@]}"; do kill "${pids[$port]}" 2> /dev/null || true; done
  wait
  rm -rf "$dir/here" "$dir/there"
  git worktree remove --force "$dir/tree" 2> /dev/null || true
}
trap finish EXIT

serve() { # name program port
  SLUICE_DATA=$dir/$1 SLUICE_PORT=$3 SLUICE_SANDBOX_KEY=$BENCH_KEY dotnet "$2" --demo > "$dir/$1.log" 2>&1 &
  pids[$3]=$!
  sluice_port=$3
  until call customers.get_or_create '{"customer_id":"bench-1"}' | grep -q '"id":"bench-1"'; do
    kill -0 "${pids[$3]}" 2> /dev/null || { cat "$dir/$1.log"; exit 1; }
    sleep 0.05
  done
  prepare_customers
}

rm -rf "$dir/here" "$dir/there"
mkdir -p "$dir"
git worktree remove --force "$dir/tree" 2> /dev/null || true
git worktree add --quiet --force --detach "$dir/tree" "$commit"
prepare_tools
build "$dir/tree/src/Sluice.Server"
serve here ../src/Sluice.Server/bin/Release/net10.0/Sluice.Server.dll "$here_port"
serve there "$dir/tree/src/Sluice.Server/bin/Release/net10.0/Sluice.Server.dll" "$there_port"

echo "Sluice here beside $commit: $(nproc) cores, $(date -u +%F), load before $(cut -d' ' -f1 /proc/loadavg), 64 connections, median of $rounds pairs"
for port in $here_port $there_port; do
  for kind in check track; do measure 64 3 "$port" $kind $customers; done
done
for kind in check track; do
  ratios=
  for round in $(seq "$rounds"); do
    measure 64 3 "$here_port" $kind $customers; here=$rps
    measure 64 3 "$there_port" $kind $customers
    ratios+=$(ratio "$here" "$rps")$'\n'
  done
  target "$kind, here / $commit" "$(printf %s "$ratios" | median)" ">=" 0.9
  echo "  pairs: $(echo $ratios)"
done
echo "Wrong answers: $failures"
[ "$failures" = 0 ]
