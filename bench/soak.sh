#!/usr/bin/env bash
# Memory over an hour of load: a steady mix of checks, tracks and reads.
#   bench/soak.sh [minutes] [rate]   60 minutes at 2,000 requests a second
# BENCH_DIR, BENCH_PORT, BENCH_KEEP as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
minutes=${1:-60}
rate=${2:-2000}

source ./measure.sh

trap stop_all EXIT
fresh_directory
prepare_tools
build OpenLoop
heading "soak, $minutes minutes at $rate requests a second"
start_sluice "$dir/data"
prepare_customers
seen=()
for minute in $(seq "$minutes"); do
  lines=$(dotnet OpenLoop/bin/Release/net10.0/OpenLoop.dll "http://127.0.0.1:$sluice_port" "$rate" 58 $customers check=3 track=1 | awk '{printf "%s p99 %s p99.9 %s, ", $2, $6, $7; wrong += $9} END {print wrong}')
  failures=$((failures + ${lines##*, }))
  commits sluice > /dev/null # Else the bench's own list of their times grows with them.
  seen+=("$(rss_mb sluice)")
  echo "minute $minute: ${seen[-1]} MB resident, ${lines%, *} ms, log $(du -m "$dir/data/sluice.db-wal" | cut -f1) MB"
done
half() { printf '%s\n' "$@" | median; }
quarter=$(((minutes + 3) / 4))
target "memory of the last quarter / of the second quarter" "$(ratio "$(half "${seen[@]: -$quarter}")" "$(half "${seen[@]:$quarter:$quarter}")")" "<=" 1.1
live_mb=$(heap_mb sluice)
echo "  live objects after a full collection: $live_mb MB"
echo "Wrong answers: $failures"
[ "$failures" = 0 ]
