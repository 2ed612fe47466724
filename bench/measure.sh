# What the benches begin with, and their steps; sourced by each.

export BENCH_KEY=am_sk_test_bench000000000000000000 MSBUILDDISABLENODEREUSE=1
dir=$(realpath -m "${BENCH_DIR:-.run}")
sluice_port=${BENCH_PORT:-18480}
baseline_port=$((sluice_port + 1))
customers=1000
failures=0

# The processes that run, by the names they were started under.
declare -A pids

prepare_tools() {
  need wrk wrk
  build Inside BareSqlite
  publish ../src/Sluice.Server program
  publish Baseline baseline
}

need() { # command package
  ! command -v "$1" > /dev/null || return 0
  [ "$(id -u)" = 0 ] || { echo "$1 is missing: install it (Debian: apt-get install $2)."; exit 1; }
  apt-get install -y -qq "$2" > /dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$2" > /dev/null; }
}

heading() { # what
  echo "Sluice bench, $1: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(date -u +%F), load before $(cut -d' ' -f1 /proc/loadavg), database in $(df --output=fstype "$dir" | tail -1)"
}

build() { # projects…
  local project
  for project in "$@"; do
    dotnet build -c Release --nologo -v quiet "$project" > "$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 1; }
  done
}

# As docs/operations.md says it is to be put on a server.
publish() { # project, where to
  dotnet publish -c Release --nologo -v quiet --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -o "$dir/$2" "$1" > "$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 1; }
}

fresh_directory() {
  [ -n "$dir" ] && rm -rf "$dir/data" "$dir/many"
  mkdir -p "$dir"
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

call() { # path body
  curl -s --max-time 5 -H "Authorization: Bearer $BENCH_KEY" -H 'Content-Type: application/json' -d "$2" "http://127.0.0.1:$sluice_port/v1/$1"
}

start_baseline() {
  ASPNETCORE_URLS="http://127.0.0.1:$baseline_port" DOTNET_hostBuilder__reloadConfigOnChange=false dotnet "$dir/baseline/Baseline.dll" > "$dir/baseline.log" 2>&1 &
  pids[baseline]=$!
}

# As deploy/ starts it, with the bench's part of the process (Inside/) in it, and with room in memory for everyone whom the bench makes: else it
# measures how customers are put away. Sets sluice_port, which whoever asks asks, and started_ms: from the
# start of the process to the first answer of the API.
serve() { # name port setting=value…
  local name=$1 from
  sluice_port=$2
  shift 2
  if curl -s "http://127.0.0.1:$sluice_port/" > /dev/null; then echo "Port $sluice_port is taken: set BENCH_PORT."; exit 1; fi
  from=$(now_ms)
  env DOTNET_GCgen0size=0x400000 SLUICE_CUSTOMERS_IN_MEMORY=1000000 SLUICE_PORT="$sluice_port" SLUICE_SANDBOX_KEY="$BENCH_KEY" DOTNET_STARTUP_HOOKS="$PWD/Inside/bin/Release/net10.0/Inside.dll" BENCH_INSIDE="$dir/$name" "$@" \
    dotnet "${program:-$dir/program/Sluice.Server.dll}" --demo > "$dir/$name.log" 2>&1 &
  pids[$name]=$!
  until call customers.get_or_create '{"customer_id":"bench-1"}' | grep -q '"id":"bench-1"'; do
    kill -0 "${pids[$name]}" 2> /dev/null || { cat "$dir/$name.log"; exit 1; }
    sleep 0.01
  done
  started_ms=$(($(now_ms) - from))
}

start_sluice() { serve sluice "$sluice_port" "SLUICE_DATA=$1" "${@:2}"; } # data directory, setting=value…

stop() { # name
  [ -z "${pids[$1]:-}" ] || { kill "${pids[$1]}" 2> /dev/null && wait "${pids[$1]}" 2> /dev/null || true; }
  unset "pids[$1]"
}

restart_sluice() {
  stop sluice
  start_sluice "$dir/data"
}

stop_all() {
  local name
  for name in "${!pids[@]}"; do stop "$name"; done
  [ "${BENCH_KEEP:-}" = 1 ] || rm -rf "$dir/data" "$dir/many"
}

rss_mb() { awk '/VmRSS/ {printf "%d", $2 / 1024}' "/proc/${pids[$1]}/status"; } # name

# Of these and of those they began.
processes() { # name…
  local name
  for name in "$@"; do echo "${pids[$name]}"; ps --ppid "${pids[$name]}" -o pid= || true; done
}

# Processor time until now, of what ended meanwhile too.
cpu_us() { # name…
  local pid
  for pid in $(processes "$@"); do cat "/proc/$pid/stat" 2> /dev/null || true; done | sed 's/^.*) //' | awk -v hz="$(getconf CLK_TCK)" '{used += $12 + $13 + $14 + $15} END {printf "%d", used * 1000000 / hz}'
}

# Memory of its own, and its part of what it shares.
memory_mb() { # name…
  local pid
  for pid in $(processes "$@"); do cat "/proc/$pid/smaps_rollup" 2> /dev/null || true; done | awk '/^Pss:/ {kb += $2} END {printf "%d", kb / 1024}'
}

# The part of the process that is the bench's: a full collection, or a new beginning for the times of commits; each signal's
# answer is a file.
inside() { # name signal file
  rm -f "$dir/$1.$3"
  kill "-$2" "${pids[$1]}"
  until [ -f "$dir/$1.$3" ]; do sleep 0.05; done
  cat "$dir/$1.$3"
}

heap_mb() { echo $(($(inside "$1" USR2 heap) / 1048576)); } # name
# p50, p99 in ms and how many, since it was asked before.
commits() { inside "$1" CONT commits; } # name

# Sets rps, p50, p99 (ms), and asked: how many answers came. Anything but a 2xx, and any broken connection, is counted as a failure of the bench.
measure() { # connections seconds port kind arguments…
  local connections=$1 seconds=$2 port=$3 bad broken
  shift 3
  read -r _ rps p50 p99 bad broken asked < <(wrk -t1 -c"$connections" -d"${seconds}s" --timeout 10s -s wrk/requests.lua "http://127.0.0.1:$port" -- "$@" | grep RESULT)
  failures=$((failures + bad + broken))
  [ $((bad + broken)) = 0 ] || echo "  $*: $bad answers not 2xx, $broken broken connections"
}

# One request for each number, 64 at a time; a # in the body stands for the number. Anything but 200 is a failure.
each() { # count path body
  seq "$1" | awk -v url="http://127.0.0.1:$sluice_port/v1/$2" -v body="$3" -v key="$BENCH_KEY" '{
    sent = body; gsub(/#/, $1, sent); gsub(/"/, "\\\"", sent)
    printf "%surl=\"%s\"\nsilent\noutput=/dev/null\nwrite-out=\"%%{http_code}\\n\"\nheader=\"Authorization: Bearer %s\"\nheader=\"Content-Type: application/json\"\ndata=\"%s\"\n", (NR > 1 ? "next\n" : ""), url, key, sent
  }' > "$dir/requests"
  local good
  good=$(curl -Z --no-progress-meter --parallel-max 64 -K "$dir/requests" | grep -c '^200$' || true)
  failures=$((failures + $1 - good))
  [ "$good" = "$1" ] || echo "  $2: $good of $1 answers were 200"
}

# So many customers bench-1, bench-2… at least; they have what the demo's free plan gives. What wrk had under way when it ended
# may be missing, and others may have gone on meanwhile, so it begins well before that again. Adds to made, made_in_ms.
made=0
made_in_ms=0
make_customers() { # n
  local from
  while [ $made -lt "$1" ]; do
    from=$(now_ms)
    measure 64 $((($1 - made) / 20000 + 2)) "$sluice_port" new bench- "$made"
    made_in_ms=$((made_in_ms + $(now_ms) - from))
    made=$((made + asked - 1000))
  done
}

# The demo's free plan with a balance that does not run out, so that every track takes something.
prepare_customers() {
  each $customers customers.get_or_create '{"customer_id":"bench-#"}'
  each $customers balances.update '{"customer_id":"bench-#","feature_id":"messages","included_grant":1000000000,"remaining":1000000000}'
}

prepare_many_balances() {
  each 1 customers.get_or_create '{"customer_id":"bench-many","internal_options":{"disable_defaults":true}}'
  each 60 balances.create '{"customer_id":"bench-many","feature_id":"messages","balance_id":"pack-#","included_grant":1000000,"reset":{"interval":"month"}}'
}

# bench-large: 20 features, 60 balances and 200 entities; bench-crowd: one feature and 10,000 entities. Each entity has its
# own part of messages beside what the customer has.
prepare_large_customers() {
  local feature items='' interval
  for feature in $(seq 2 20); do each 1 features.create '{"feature_id":"bench-feature-'"$feature"'","name":"F","type":"metered","consumable":true}'; done
  for feature in messages $(seq -f 'bench-feature-%g' 2 20); do
    for interval in month day one_off; do items+='{"feature_id":"'$feature'","included":1000000000,"reset":{"interval":"'$interval'"}},'; done
  done
  local each_entity='{"feature_id":"seats","included":20000},{"feature_id":"messages","included":1000000000,"reset":{"interval":"week"},"entity_feature_id":"seats"}'
  each 1 plans.create '{"plan_id":"bench-large","name":"Large","group":"bench","items":['"$items$each_entity"']}'
  each 1 plans.create '{"plan_id":"bench-crowd","name":"Crowd","group":"bench","items":[{"feature_id":"messages","included":1000000000,"reset":{"interval":"month"}},'"$each_entity"']}'
  local kind
  for kind in large crowd; do
    each 1 customers.get_or_create '{"customer_id":"bench-'$kind'","internal_options":{"disable_defaults":true}}'
    each 1 billing.attach '{"customer_id":"bench-'$kind'","plan_id":"bench-'$kind'"}'
  done
  each 200 entities.create '{"customer_id":"bench-large","entity_id":"e-#","feature_id":"seats"}'
  each 10000 entities.create '{"customer_id":"bench-crowd","entity_id":"e-#","feature_id":"seats"}'
}

# A customer without balance would be refused, and that is cheap: what was measured must have been allowed to the end.
check_allowed() {
  call check '{"customer_id":"bench-1","feature_id":"messages","send_event":true}' | grep -q '"allowed":true' && return
  failures=$((failures + 1))
  echo "  the balance of the customers has run out"
}

# Long enough for the code to be compiled as it will stay.
warm_up() {
  local kind
  measure 64 4 "$baseline_port" baseline $customers
  for kind in check track send_event existing; do measure 64 5 "$sluice_port" $kind $customers; done
  measure 64 20 "$sluice_port" new warm-
}

row() { # label connections port kind arguments…
  local label=$1 connections=$2
  shift 2
  measure "$connections" "$table_seconds" "$@"
  [ "$2" = baseline ] && baseline_rps=$rps
  printf '%-42s %11d %9d %9.2f %9.2f %7.2f\n' "$label" "$connections" "$rps" "$p50" "$p99" "$(ratio "$rps" "$baseline_rps")"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", b ? a / b : 0}'; }

table() { # levels seconds
  table_seconds=$2
  printf '\n%-42s %11s %9s %9s %9s %7s\n' "" connections req/s "p50 ms" "p99 ms" ratio
  local c
  for c in $1; do
    row "minimal endpoint" "$c" "$baseline_port" baseline $customers
    row "check, 1,000 customers" "$c" "$sluice_port" check $customers
    row "track, 1,000 customers" "$c" "$sluice_port" track $customers
    row "track, one customer" "$c" "$sluice_port" track 1
    row "check with send_event, 1,000 customers" "$c" "$sluice_port" send_event $customers
    row "get_or_create, existing" "$c" "$sluice_port" existing $customers
    row "get_or_create, new" "$c" "$sluice_port" new "new-$c-$RANDOM-"
    row "check, customer with 60 balances" "$c" "$sluice_port" check_many
    row "track, customer with 60 balances" "$c" "$sluice_port" track_many
    row "get_or_create, customer with 60 balances" "$c" "$sluice_port" get_many
  done
}

percentiles() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.5)]}'; }

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# Alternating, so that what else the machine does falls on both sides; a ratio is made within each pair.
paired_runs() { # runs seconds
  local run base many commit_p99
  checks= tracks= busies= tails= news=
  for run in $(seq "$1"); do
    measure 64 "$2" "$baseline_port" baseline $customers; base=$rps
    measure 64 "$2" "$sluice_port" check $customers; checks+=$(ratio "$rps" "$base")$'\n'
    commits sluice > /dev/null
    measure 64 "$2" "$sluice_port" track $customers; many=$rps; tracks+=$(ratio "$rps" "$base")$'\n'
    read -r _ commit_p99 _ < <(commits sluice; echo)
    tails+=$(ratio "$p99" "$commit_p99")$'\n'
    measure 64 "$2" "$sluice_port" track 1; busies+=$(ratio "$rps" "$many")$'\n'
    measure 64 "$2" "$sluice_port" new "new-$run-$RANDOM-"; news+=$rps$'\n'
  done
}

# Each beside the same on a customer with one feature, in one round; how many times slower it is.
large_kinds="check_large check_large_entity check_crowd check_crowd_entity track_large track_large_entity track_crowd track_crowd_entity"
declare -A slower
paired_large() { # runs seconds
  local run kind base small
  for kind in $large_kinds; do measure 64 1 "$sluice_port" "$kind"; done
  for run in $(seq "$1"); do
    for base in check track; do
      measure 64 "$2" "$sluice_port" $base 1; small=$rps
      for kind in $large_kinds; do
        [ "${kind%%_*}" = $base ] || continue
        measure 64 "$2" "$sluice_port" "$kind"
        slower[$kind]+=$(ratio "$small" "$rps")$'\n'
      done
    done
  done
}

print_large() {
  printf '\n%s\n' "Large customers, times slower than a customer with one feature (64 connections, median of 5 paired runs)"
  local kind most
  for kind in $large_kinds; do
    [ "${kind%%_*}" = check ] && most=3 || most=1.5
    target "$kind" "$(printf %s "${slower[$kind]}" | median)" "<=" $most
  done
}

# In a process of its own: n customers on the demo's free plan, each tracked once, then a full collection.
many_customers() { # n
  start_sluice "$dir/many"
  each "$1" customers.get_or_create '{"customer_id":"many-#"}'
  each "$1" track '{"customer_id":"many-#","feature_id":"messages","value":1}'
  many_heap_mb=$(heap_mb sluice)
  many_rss_mb=$(rss_mb sluice)
  call check '{"customer_id":"many-'"$1"'","feature_id":"messages"}' | grep -q '"remaining":99,"usage":1' || failures=$((failures + 1))
}

# Tracks by the thousand, and plain SQLite writing the same rows in the same transactions, in turn.
paired_batches() { # runs seconds
  local run bare
  batches=
  for run in $(seq "$1"); do
    measure 8 "$2" "$sluice_port" batch $customers
    bare=$(dotnet BareSqlite/bin/Release/net10.0/BareSqlite.dll "$dir/data/sluice.db" 100000 1000)
    batches+=$(ratio $((rps * 1000)) "$bare")$'\n'
    batch_line="$((rps * 1000)) tracks/s, plain SQLite $bare rows/s"
  done
}

target() { # label value comparison target
  local verdict
  verdict=$(awk -v v="$2" -v c="$3" -v t="$4" 'BEGIN {print (c == ">=" ? v + 0 >= t + 0 : v + 0 <= t + 0) ? "reached" : "MISSED"}')
  printf '%-62s %9s   %s %-6s %s\n' "$1" "$2" "$3" "$4" "$verdict"
}

print_targets() {
  printf '\n%s\n' "Targets (64 connections, median of 5 paired runs)"
  target "check / minimal endpoint" "$(printf %s "$checks" | median)" ">=" 0.7
  target "track, 1,000 customers / minimal endpoint" "$(printf %s "$tracks" | median)" ">=" 0.45
  target "track, one customer / track, 1,000 customers" "$(printf %s "$busies" | median)" ">=" 0.9
  target "p99 of track / p99 of commits" "$(printf %s "$tails" | median)" "<=" 2.5
  target "batch_track / plain SQLite writing the same rows" "$(printf %s "$batches" | median)" ">=" 0.4
  target "get_or_create, new, a second" "$(printf %s "$news" | median)" ">=" 4000
  target "memory when idle, MB resident" "$idle_mb" "<=" 120
  target "first answer after a first start, ms" "$first_start_ms" "<=" 1500
  target "first answer after a later start, ms" "$second_start_ms" "<=" 1500
  target "100,000 customers, each tracked once, MB resident" "$many_rss_mb" "<=" 500
  echo "  of that $many_heap_mb MB are live objects"
  echo "  rounds: check $(echo $checks) | track $(echo $tracks) | one/many $(echo $busies) | p99 $(echo $tails) | batch $(echo $batches) | new $(echo $news)"
  echo "  the last batches: $batch_line"
  echo "Wrong answers: $failures"
}
