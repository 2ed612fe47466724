#!/usr/bin/env bash
# Runs all tests: the .NET ones, then the published clients against the built server.
#   ./test.sh          everything that a change must pass
#   ./test.sh --long   what takes minutes: .NET tests of category Long, those that live stories by chance once more with many
#                      more of them when SLUICE_TIMES is set, and the clients' *.long.mjs
# SIMULATION_MINUTES is how long the simulation runs (1).
# The last line reads "N passed, N failed". Exit code 0 only when something ran and nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
exec < /dev/null
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

case "${1:-}" in
  '') category='Category!=Long' clients='*.test.mjs' ;;
  --long) category="Category=Long${SLUICE_TIMES:+|FullyQualifiedName~ModelTests|FullyQualifiedName~RandomLifeTests}" clients='*.long.mjs' ;;
  *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
esac

results=artifacts/tests
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 summary=()

# One line of the summary: a runner's name, what passed, what failed, since when.
count() {
  passed=$((passed + $2)) failed=$((failed + $3))
  summary+=("$(printf '%-28s %6d passed %6d failed %5d s' "$1" "$2" "$3" $((SECONDS - $4)))")
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

started=$SECONDS
if ! dotnet build Sluice.slnx -c Release; then
  count build 0 1 "$started"
  finish
fi

# The sum of an attribute over the counters of all result files of a directory.
counter() {
  grep -ho '<Counters [^>]*>' "$1"/*.trx 2> /dev/null | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

for project in tests/*.Tests/*.csproj; do
  [ -e "$project" ] || continue
  name=$(basename "$project" .csproj)
  started=$SECONDS
  echo "== $name"
  dotnet test "$project" -c Release --no-build --filter "$category" --logger trx --logger 'console;verbosity=minimal' --results-directory "$results/$name"
  code=$?
  bad=$(counter "$results/$name" failed)
  # A test host that dies leaves no failed test behind, only its exit code.
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count "$name" "$(counter "$results/$name" passed)" "$bad" "$started"
done

# What asks most of a store runs on PostgreSQL, too.
if [ "$category" = 'Category!=Long' ]; then
  name=Sluice.Server.Tests
  started=$SECONDS
  echo "== $name on PostgreSQL"
  filter=$(printf '|FullyQualifiedName~Server.Tests.%s.' Concurrency Guarantees Holds)
  SLUICE_TEST_DATABASE=postgres dotnet test tests/$name -c Release --no-build --filter "${filter:1}" --logger trx --logger 'console;verbosity=minimal' --results-directory "$results/postgres"
  code=$?
  bad=$(counter "$results/postgres" failed)
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count "$name (PostgreSQL)" "$(counter "$results/postgres" passed)" "$bad" "$started"
fi

# The simulation prints "N passed, N failed" itself: stories, then the faults that it must find.
simulate() {
  local told=$results/$1.txt
  started=$SECONDS
  echo "== $1"
  shift
  dotnet run --project tests/Sluice.Simulation -c Release --no-build -- "$@" | tee "$told"
  code=$?
  read -r good bad <<< "$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$told" | tail -1)"
  [ "$code" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
  count "$(basename "$told" .txt)" "${good:-0}" "${bad:-1}" "$started"
}

simulate simulation --minutes "${SIMULATION_MINUTES:-1}"
simulate simulation-finds-faults --prove

# The packages that a folder's lock file names, unless they are there already.
modules() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
  (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) && cp "$1/package-lock.json" "$1/node_modules/.installed"
}

mapfile -t files < <(cd tests/clients && find . -maxdepth 1 -name "$clients" | sort)
if [ ${#files[@]} -gt 0 ]; then
  started=$SECONDS
  echo "== clients"
  tap=$PWD/$results/clients.tap
  modules tests/clients && modules examples/react-chat && (
    cd tests/clients &&
      node --test --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$tap" "${files[@]}"
  )
  code=$?
  total() { awk -v name="$1" '$1 == "#" && $2 == name { n = $3 } END { print n + 0 }' "$tap" 2> /dev/null || echo 0; }
  bad=$(($(total fail) + $(total cancelled)))
  [ "$code" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  count clients "$(total pass)" "$bad" "$started"
fi
finish
