#!/usr/bin/env bash
# What a request costs as customers and stored events become more: 1,000 to 1,000,000 customers, then 10,000 to 10,000,000
# events, with room for all customers in memory.
#   bench/curve.sh [customers] [events]   about 15 minutes and 7 GB of disk; less of both when told smaller ends
# BENCH_DIR, BENCH_PORT, BENCH_KEEP as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
most_customers=${1:-1000000}
most_events=${2:-10000000}

source ./measure.sh

trap stop_all EXIT
fresh_directory
prepare_tools
heading curve
start_baseline
start_sluice "$dir/data" SLUICE_CUSTOMERS_IN_MEMORY=$((most_customers + 100000))
prepare_customers
warm_up

# Sets cost: processor time of the server for one request, in us.
cost() { # kind arguments…
  local before=$(cpu_us sluice)
  measure 64 4 "$sluice_port" "$@"
  cost=$(awk -v us=$(($(cpu_us sluice) - before)) -v n="$asked" 'BEGIN {printf "%.1f", us / n}')
}

line() { # what of-customers
  local base check track check_cost track_cost
  measure 64 3 "$baseline_port" baseline $customers; base=$rps
  cost check "$2"; check=$rps check_cost=$cost
  cost track "$2"; track=$rps track_cost=$cost
  cost existing "$2"
  printf '%-22s %10.2f %12s %10.2f %12s %10.2f %12s %9d %9d\n' "$1" "$(ratio $check $base)" "$check_cost" "$(ratio $track $base)" "$track_cost" "$(ratio $rps $base)" "$cost" "$(rss_mb sluice)" "$(du -m "$dir/data/sluice.db" | cut -f1)"
}

printf '\n%-22s %10s %12s %10s %12s %10s %12s %9s %9s\n' "" check "us CPU" track "us CPU" get "us CPU" "MB memory" "MB disk"
made=1000
for wanted in 1000 10000 100000 1000000; do
  [ $wanted -le "$most_customers" ] || break
  make_customers $wanted
  line "$made customers" "$made"
done
events=0
for wanted in 10000 100000 1000000 10000000; do
  [ $wanted -le "$most_events" ] || break
  while [ $events -lt $wanted ]; do
    measure 8 $((($wanted - events) / 100000 + 1)) "$sluice_port" batch $customers
    events=$((events + asked * 1000))
  done
  line "$events events" $customers
done
echo "Wrong answers: $failures"
[ "$failures" = 0 ]
