#!/usr/bin/env bash
# Runs all tests: the .NET ones, then the published clients against the built server.
#   ./test.sh          everything that a change must pass
#   ./test.sh --long   what takes minutes: .NET tests of category Long, those that live stories by chance once more with many
#                      more of them when SLUICE_TIMES is set, all of the server's tests on PostgreSQL, and the clients' *.long.mjs
# SIMULATION_MINUTES is how long the simulation runs (1).
# The last line reads "N passed, N failed". Exit code 0 only when something ran and nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
exec < /dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

case "${1:-}" in
  '') category='Category!=Long' clients='*.test.mjs' on_postgres=$(printf '|FullyQualifiedName~Server.Tests.%s.' Concurrency Guarantees Holds | cut -c2-) ;;
  --long) category="Category=Long${SLUICE_TIMES:+|FullyQualifiedName~ModelTests|FullyQualifiedName~RandomLifeTests}" clients='*.long.mjs' on_postgres='Category!=Long' ;;
  *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
esac

results=artifacts/tests
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 summary=()

# One line of the summary: a runner's name, what passed, what failed, since when.
count() {
  passed=$((passed + $2)) failed=$((failed + $3))
  summary+=("$(printf '%-32s %6d passed %6d failed %5d s' "$1" "$2" "$3" $((SECONDS - $4)))")
}

finish() {
  echo
  [ ${#summary[@]} -eq 0 ] || printf '%s\n' "${summary[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

# Debian's package for a command that is missing, where we may install it; it may also lie where a pattern says.
found() { command -v "$1" > /dev/null || compgen -G "${3:-/dev/null/none}" > /dev/null; }
need() {
  found "$@" && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then
    echo "installing $2"
    apt-get install -y -qq "$2" > /dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$2" > /dev/null; }
  fi
  found "$@" || { echo "$1 is missing (Debian: $2)" >&2; count "$1" 0 1 $SECONDS; finish; }
}

need dotnet dotnet-sdk-10.0
need curl curl
need node nodejs
need npm npm
need strace strace
need script bsdutils
need initdb postgresql '/usr/lib/postgresql/*/bin/initdb'
need haproxy haproxy '/usr/sbin/haproxy'
need "${CHROMIUM:-chromium}" chromium

# The packages that a folder's lock file names, unless they are there already.
modules() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
  (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) && cp "$1/package-lock.json" "$1/node_modules/.installed"
}

# Something that goes on beside what follows; end shows what it said and leaves its exit code in code.
declare -A running since
begin() {
  local name=$1
  shift
  "$@" > "$results/$name.log" 2>&1 &
  running[$name]=$! since[$name]=$SECONDS
}

end() {
  wait "${running[$1]}"
  code=$?
  echo "== $1"
  cat "$results/$1.log"
}

# Something that has the machine to itself.
alone() {
  local name=$1
  shift
  since[$name]=$SECONDS
  echo "== $name"
  "$@" 2>&1 | tee "$results/$name.log"
  code=${PIPESTATUS[0]}
}

begin packages eval 'modules tests/clients && modules examples/react-chat'
started=$SECONDS
if ! dotnet build Sluice.slnx -c Release; then
  count build 0 1 "$started"
  finish
fi

# The tests of a project: the name of their results, the project, a filter, more for the environment.
dotnet_test() {
  local name=$1 project=$2 filter=$3
  shift 3
  env "$@" dotnet test "tests/$project" -c Release --no-build --filter "$filter" --logger trx --logger 'console;verbosity=minimal' --results-directory "$results/$name"
}

# The sum of an attribute over the counters of all result files of a directory.
counter() {
  grep -ho '<Counters [^>]*>' "$1"/*.trx 2> /dev/null | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

# A test host that dies leaves no failed test behind, only its exit code.
count_dotnet() {
  bad=$(counter "$results/$1" failed)
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count "$1" "$(counter "$results/$1" passed)" "$bad" "${since[$1]}"
}

# The simulation prints "N passed, N failed" itself: stories, or the faults that it must find.
simulate() { dotnet run --project tests/Sluice.Simulation -c Release --no-build -- "$@"; }

count_stories() {
  read -r good bad <<< "$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$results/$1.log" | tail -1)"
  [ "$code" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
  count "$1" "${good:-0}" "${bad:-1}" "${since[$1]}"
}

# What waits for the disk or for a clock goes beside what computes; what must have the machine to itself has it.
begin Sluice.Server.Tests-PostgreSQL dotnet_test Sluice.Server.Tests-PostgreSQL Sluice.Server.Tests "$on_postgres" SLUICE_TEST_DATABASE=postgres
begin Sluice.Core.Tests dotnet_test Sluice.Core.Tests Sluice.Core.Tests "$category"
for name in Sluice.Core.Tests Sluice.Server.Tests-PostgreSQL; do
  end "$name"
  count_dotnet "$name"
done

begin simulation simulate --minutes "${SIMULATION_MINUTES:-1}"
begin Sluice.Storage.Tests dotnet_test Sluice.Storage.Tests Sluice.Storage.Tests "$category"
end Sluice.Storage.Tests
count_dotnet Sluice.Storage.Tests
end simulation
count_stories simulation

alone Sluice.Server.Tests dotnet_test Sluice.Server.Tests Sluice.Server.Tests "$category"
count_dotnet Sluice.Server.Tests

begin simulation-finds-faults simulate --prove
mapfile -t files < <(cd tests/clients && find . -maxdepth 1 -name "$clients" | sort)
if [ ${#files[@]} -gt 0 ]; then
  started=$SECONDS
  echo "== clients"
  tap=$PWD/$results/clients.tap
  end packages
  [ "$code" -eq 0 ] && (
    cd tests/clients &&
      node --test --test-concurrency=2 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$tap" "${files[@]}"
  )
  code=$?
  total() { awk -v name="$1" '$1 == "#" && $2 == name { n = $3 } END { print n + 0 }' "$tap" 2> /dev/null || echo 0; }
  bad=$(($(total fail) + $(total cancelled)))
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count clients "$(total pass)" "$bad" "$started"
fi
end simulation-finds-faults
count_stories simulation-finds-faults
finish
