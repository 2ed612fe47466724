#!/usr/bin/env bash
# Measures Sluice against a minimal ASP.NET Core endpoint, both built for Release.
#   bench/run.sh          the table at 1, 16, 64 and 256 connections, then the targets (10 to 12 minutes)
#   bench/run.sh quick    the table at 64 connections and the targets, shorter (about 3 minutes)
#   bench/run.sh targets  the targets only
#   bench/run.sh large    large customers against small ones only (about 2 minutes)
# BENCH_DIR: where the database goes (a directory on a real disk; default bench/.run). BENCH_KEEP=1 keeps it.
set -euo pipefail
cd "$(dirname "$0")"
mode=${1:-full}
case $mode in full | quick | targets | large) ;; *) sed -n '2,7p' "$0"; exit 2 ;; esac

source ./measure.sh

trap stop_all EXIT
fresh_directory
prepare_tools
heading "$mode"

start_baseline
start_sluice "$dir/data"
first_start_ms=$started_ms
idle_mb=$(rss_mb sluice)
prepare_customers
prepare_many_balances
prepare_large_customers
warm_up

if [ "$mode" = large ]; then
  paired_large 5 2
  print_large
  [ "$failures" = 0 ] || { echo "$failures answers were wrong: the figures above count for nothing."; exit 1; }
  exit 0
fi

if [ "$mode" != targets ]; then
  [ "$mode" = quick ] && { levels="64"; seconds=2; } || { levels="1 16 64 256"; seconds=5; }
  table "$levels" "$seconds"
fi

[ "$mode" = quick ] && pair_seconds=1 || pair_seconds=5
paired_runs 5 "$pair_seconds"
[ "$mode" = quick ] && batch_runs=1 || batch_runs=3
paired_batches $batch_runs 4
[ "$mode" = quick ] || paired_large 5 2
check_allowed
restart_sluice
second_start_ms=$started_ms
stop sluice
many_customers 100000
print_targets
[ "$mode" = quick ] || print_large
[ "$failures" = 0 ] || { echo "$failures answers were wrong: the figures above count for nothing."; exit 1; }
