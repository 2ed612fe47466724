#!/usr/bin/env bash
# Requests at a steady rate, whatever becomes of those before, each timed from when it was due (OpenLoop/).
#   bench/steady.sh [rate] [seconds]             1,000 customers, then a million: about 7 minutes
# BENCH_CUSTOMERS: how many instead of a million. BENCH_DIR, BENCH_PORT, BENCH_KEEP as for run.sh.
set -euo pipefail
cd "$(dirname "$0")"
rate=${1:-5000}
seconds=${2:-60}
many=${BENCH_CUSTOMERS:-1000000}

source ./measure.sh

trap stop_all EXIT
fresh_directory
prepare_tools
build OpenLoop
heading "steady, $rate requests a second"
start_sluice "$dir/data" SLUICE_CUSTOMERS_IN_MEMORY=$((many + 100000))
prepare_customers
for kind in check track check; do measure 64 5 "$sluice_port" $kind $customers; done

ask() { # customers kind=weight…
  local of=$1 before=$(cpu_us sluice) kind sent persec p50 p99 p999 longest wrong all=0 tail=
  shift
  commits sluice > "$dir/ignored"
  while read -r _ kind sent persec p50 p99 p999 longest wrong; do
    printf '%9d %-9s %9d %9.2f %9.2f %9.2f %9.2f %7d\n' "$of" "$kind" "$persec" "$p50" "$p99" "$p999" "$longest" "$wrong"
    failures=$((failures + wrong)) all=$((all + sent))
    [ "$kind" != check ] || tail=$p999
  done < <(dotnet OpenLoop/bin/Release/net10.0/OpenLoop.dll "http://127.0.0.1:$sluice_port" "$rate" "$seconds" "$of" "$@")
  echo "          CPU of the server $((($(cpu_us sluice) - before) / (all + 5 * rate))) us a request, commits: p50, p99 in ms, how many: $(commits sluice)"
  target "p99.9 of check at $rate a second, $of customers, $*" "$tail" "<=" 10
}

printf '\n%9s %-9s %9s %9s %9s %9s %9s %7s\n' customers kind req/s "p50 ms" "p99 ms" "p99.9 ms" longest wrong
ask 1000 check=1
ask 1000 check=4 track=1
if [ "$many" -gt 1000 ]; then
  made=1000
  make_customers "$many"
  echo "$made customers; made at $(((made - 1000) * 1000 / made_in_ms)) a second, $(rss_mb sluice) MB resident"
  target "get_or_create of new customers a second" $(((made - 1000) * 1000 / made_in_ms)) ">=" 4000
  ask "$made" check=1
  ask "$made" check=4 track=1
fi
echo "Wrong answers: $failures"
[ "$failures" = 0 ]
