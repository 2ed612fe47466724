#!/usr/bin/env bash
# Measures events.aggregate on much usage: 10 million events of 1,000 customers, 100,000 of them of the one asked for.
#   bench/usage.sh [events]   about 10 minutes, nearly all of it to put the events in
# BENCH_DIR, BENCH_PORT and BENCH_KEEP as for run.sh; the database takes about 0.6 GB for each million.
set -euo pipefail
cd "$(dirname "$0")"
events=${1:-10000000}

source ./measure.sh

trap stop_all EXIT
fresh_directory
build Inside UsageBench
publish ../src/Sluice.Server program
heading usage

start_sluice "$dir/data"
prepare_customers
stop sluice
bench() { dotnet UsageBench/bin/Release/net10.0/UsageBench.dll "$@"; }
bench load "$dir/data/sluice.db" "$events"
start_sluice "$dir/data"
bench measure "$dir/data/sluice.db" "http://127.0.0.1:$sluice_port"
