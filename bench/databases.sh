# Databases and what stands in front of nodes; sourced after measure.sh.

prepare_databases() {
  need haproxy haproxy
  need redis-server redis-server
  add_postgres
  need initdb postgresql
  add_postgres
}

add_postgres() { PATH=$PATH:/usr/sbin:$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | tail -1 || true); }

# PostgreSQL does not run as root.
as_postgres() { [ "$(id -u)" = 0 ] && runuser -u postgres -- "$@" || "$@"; }

# A fresh cluster, as it is installed: every commit is synced.
start_postgres() {
  rm -rf "$dir/postgres"
  mkdir -p "$dir/postgres"
  [ "$(id -u)" != 0 ] || chown postgres "$dir/postgres"
  as_postgres initdb -D "$dir/postgres/data" -U postgres --auth=trust --encoding=UTF8 --locale=C > "$dir/postgres.log"
  as_postgres pg_ctl -D "$dir/postgres/data" -l "$dir/postgres/log" -w -s -o "-p $postgres_port -c max_connections=400 -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" start
  pids[database]=$(head -1 "$dir/postgres/data/postmaster.pid")
}

stop_postgres() {
  unset "pids[database]"
  [ ! -f "$dir/postgres/data/postmaster.pid" ] || as_postgres pg_ctl -D "$dir/postgres/data" -m fast -s stop || true
  [ "${BENCH_KEEP:-}" = 1 ] || rm -rf "$dir/postgres"
}

database_url() { echo "postgres://postgres@127.0.0.1:$postgres_port/$1"; }

create_database() { createdb -h 127.0.0.1 -p "$postgres_port" -U postgres "$1"; }

pgbench_of() { local database=$1; shift; pgbench -h 127.0.0.1 -p "$postgres_port" -U postgres "$@" "$database"; }

# Sets what measure sets.
run_pgbench() { # database seconds
  pgbench_of "$1" -N -n -M prepared -c 64 -j 1 -T "$2" -l --log-prefix="$dir/pgbench_log" > "$dir/pgbench.log" 2>&1
  asked=$(awk '/number of transactions actually processed/ {print $6 + 0}' "$dir/pgbench.log")
  rps=$(awk '/^tps/ {printf "%d", $3}' "$dir/pgbench.log")
  read -r p50 p99 < <(cat "$dir"/pgbench_log* | awk '{print $3 / 1000}' | percentiles)
  rm -f "$dir"/pgbench_log*
}

start_redis() { # name port option…
  local name=$1 redis=$2
  shift 2
  mkdir -p "$dir/redis-$name"
  redis-server --port "$redis" --bind 127.0.0.1 --save '' --dir "$dir/redis-$name" "$@" > "$dir/redis-$name.log" &
  pids[$name]=$!
  until redis-cli -p "$redis" ping > /dev/null 2>&1; do sleep 0.05; done
}

# May this customer do this, and they did: the least that a script in Redis does of it. Sets what measure sets.
eval_redis() { # port seconds
  local script="local left = tonumber(redis.call('get', KEYS[1]) or '1000000000'); if left < 1 then return 0 end; redis.call('set', KEYS[1], left - 1); return 1"
  asked=$((${redis_rate:-20000} * $2))
  IFS=, read -r _ rps _ _ p50 _ p99 _ < <(redis-benchmark -h 127.0.0.1 -p "$1" -c 64 -n "$asked" -r 1000 --csv eval "$script" 1 balance:__rand_int__ 2> /dev/null | tail -1 | tr -d '"' | sed 's/^.*__rand_int__,/eval,/')
  rps=${rps%.*}
}

start_proxy() { # port of a node…
  SLUICE_LISTEN=127.0.0.1:$proxy_port SLUICE_NODE1=127.0.0.1:$1 SLUICE_NODE2=127.0.0.1:$2 SLUICE_NODE3=127.0.0.1:$3 haproxy -db -f ../deploy/haproxy.cfg > "$dir/haproxy.log" 2>&1 &
  pids[proxy]=$!
  until curl -s -o /dev/null "http://127.0.0.1:$proxy_port/health/ready"; do sleep 0.05; done
}
