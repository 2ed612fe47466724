#!/usr/bin/env bash
# Check and track of customers with one feature: this tree beside an earlier commit, in pairs, so that what else the machine
# does falls on both sides (about 3 minutes).
#   bench/versus.sh COMMIT [rounds]
# BENCH_DIR: as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
commit=${1:?"which commit? bench/versus.sh COMMIT [rounds]"}
rounds=${2:-7}

source ./measure.sh
here_port=$sluice_port
there_port=$baseline_port

finish() {
  stop_all
  rm -rf "$dir/here" "$dir/there"
  git worktree remove --force "$dir/tree" 2> /dev/null || true
}
trap finish EXIT

rm -rf "$dir/here" "$dir/there"
mkdir -p "$dir"
git worktree remove --force "$dir/tree" 2> /dev/null || true
git worktree add --quiet --force --detach "$dir/tree" "$commit"
prepare_tools
publish "$dir/tree/src/Sluice.Server" program-there
serve here "$here_port" "SLUICE_DATA=$dir/here"
prepare_customers
program=$dir/program-there/Sluice.Server.dll serve there "$there_port" "SLUICE_DATA=$dir/there"
prepare_customers

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
