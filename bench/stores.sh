#!/usr/bin/env bash
# Sluice on SQLite, on PostgreSQL and as three nodes on one PostgreSQL behind HAProxy, beside the minimal endpoint and two
# floors: Redis that takes from a counter by a script, and PostgreSQL that does nothing but small commits (pgbench -N).
#   bench/stores.sh [rounds]   about 6 minutes at 5 rounds
# 64 connections; all take turns in each round, and ratios are made within the round. BENCH_DIR, BENCH_PORT as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-5}
seconds=${BENCH_SECONDS:-4}

source ./measure.sh
source ./databases.sh
port=$sluice_port
postgres_port=$((port + 2))
redis_port=$((port + 3))
proxy_port=$((port + 4))

trap 'stop_all; stop_postgres' EXIT
fresh_directory
prepare_tools
prepare_databases
heading stores
echo "PostgreSQL $(postgres --version | grep -o '[0-9.]*' | head -1) as installed but for max_connections, $(redis-server --version | grep -o 'v=[^ ]*'), HAProxy $(haproxy -v | grep -o 'version [^ ]*' | head -1)"

start_baseline
serve sqlite "$port" "SLUICE_DATA=$dir/data"
prepare_customers
start_postgres
start_redis memory "$redis_port"
start_redis synced $((redis_port + 10)) --appendonly yes --appendfsync always
create_database one
serve postgres $((port + 20)) "SLUICE_DATA=$dir/one" "SLUICE_DATABASE=$(database_url one)"
prepare_customers
create_database nodes
for node in 1 2 3; do serve "node$node" $((port + 20 + node)) "SLUICE_DATA=$dir/node$node" "SLUICE_DATABASE=$(database_url nodes)"; done
start_proxy $((port + 21)) $((port + 22)) $((port + 23))
sluice_port=$proxy_port
prepare_customers
create_database plain
pgbench_of plain -i -q -s 10 > "$dir/pgbench.log" 2>&1

declare -A rates ratios cpus halves tails
# What is measured, in the order of the table: a label, its port and kind (or the floor), and whose processor time it costs.
lines=(
  "minimal endpoint|$baseline_port baseline|baseline"
  "SQLite, check|$port check|sqlite"
  "SQLite, track|$port track|sqlite"
  "PostgreSQL, check|$((port + 20)) check|postgres"
  "PostgreSQL, track|$((port + 20)) track|postgres database"
  "three nodes, check|$proxy_port check|node1 node2 node3 proxy database"
  "three nodes, track|$proxy_port track|node1 node2 node3 proxy database"
  "Redis, script in memory|redis_memory|memory"
  "Redis, script, each write synced|redis_synced|synced"
  "PostgreSQL, pgbench -N|pgbench|database"
)

# Sets rps, p50, p99, and asked: how many answers came.
ask() { # what…
  case $1 in
    redis_memory) eval_redis "$redis_port" "$seconds" ;;
    redis_synced) eval_redis $((redis_port + 10)) "$seconds" ;;
    pgbench) run_pgbench plain "$seconds" ;;
    *) measure 64 "$seconds" "$1" "$2" $customers ;;
  esac
}

for line in "${lines[@]}"; do
  IFS='|' read -r label what whose <<< "$line"
  ask $what
done
for round in $(seq "$rounds"); do
  for line in "${lines[@]}"; do
    IFS='|' read -r label what whose <<< "$line"
    before=$(cpu_us $whose)
    ask $what
    [ "$label" != "minimal endpoint" ] || base=$rps
    rates[$label]+=$rps$'\n'
    ratios[$label]+=$(ratio "$rps" "$base")$'\n'
    cpus[$label]+=$(awk -v us=$(($(cpu_us $whose) - before)) -v n="$asked" 'BEGIN {printf "%.1f", n ? us / n : 0}')$'\n'
    halves[$label]+=$p50$'\n'
    tails[$label]+=$p99$'\n'
  done
done

mid() { printf %s "$1" | median; }
printf '\n%-36s %9s %7s %9s %9s %12s %7s\n' "64 connections, median of $rounds" req/s ratio "p50 ms" "p99 ms" "us CPU each" MB
for line in "${lines[@]}"; do
  IFS='|' read -r label what whose <<< "$line"
  printf '%-36s %9s %7s %9s %9s %12s %7s\n' "$label" "$(mid "${rates[$label]}")" "$(mid "${ratios[$label]}")" "$(mid "${halves[$label]}")" "$(mid "${tails[$label]}")" "$(mid "${cpus[$label]}")" "$(memory_mb $whose)"
done
echo "us CPU each: of the servers that take part (the database and the proxy with them), not of who asks. MB: their own and their part of what is shared."
echo "Wrong answers: $failures"
[ "$failures" = 0 ]
