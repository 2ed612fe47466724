-- What wrk sends, by the first argument; the next ones say how many customers it goes over, or a prefix and a count.
-- Prints one line at the end: requests per second, p50 and p99 in ms, answers that were not 2xx, broken connections, answers.

local key = os.getenv("BENCH_KEY")
local kind, first, second
-- wrk calls request once before it begins, to look at it: that one is number 0.
local sent, answered, limit = -1, 0, nil

local function post(path, body)
  return wrk.format("POST", path, nil, body)
end

local function one_of(n) return "bench-" .. math.random(tonumber(n)) end

-- Counts up to the limit; beyond it requests repeat something harmless until wrk has seen them all answered.
local function numbered()
  sent = sent + 1
  return sent
end

local function counted() return math.max(1, math.min(numbered(), limit)) end

local kinds = {
  baseline = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages"}') end,
  check = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages"}') end,
  track = function() return post("/v1/track", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages","value":1}') end,
  send_event = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages","send_event":true}') end,
  existing = function() return post("/v1/customers.get_or_create", '{"customer_id":"' .. one_of(first) .. '"}') end,
  new = function() return post("/v1/customers.get_or_create", '{"customer_id":"' .. first .. numbered() .. '"}') end,
  check_many = function() return post("/v1/check", '{"customer_id":"bench-many","feature_id":"messages"}') end,
  track_many = function() return post("/v1/track", '{"customer_id":"bench-many","feature_id":"messages"}') end,
  get_many = function() return post("/v1/customers.get_or_create", '{"customer_id":"bench-many"}') end,

  -- Preparation: each customer once, then stop.
  make = function()
    limit = tonumber(second)
    return post("/v1/customers.get_or_create", '{"customer_id":"' .. first .. counted() .. '"}')
  end,
  fill = function()
    limit = tonumber(second)
    return post("/v1/balances.update", '{"customer_id":"' .. first .. counted() .. '","feature_id":"messages","included_grant":1000000000}')
  end,
  use = function()
    limit = tonumber(second)
    local n = numbered()
    if n < 1 or n > limit then return post("/v1/check", '{"customer_id":"' .. first .. limit .. '","feature_id":"messages"}') end
    return post("/v1/track", '{"customer_id":"' .. first .. n .. '","feature_id":"messages","value":1}')
  end,
}

function init(args)
  kind, first, second = args[1], args[2], args[3]
  math.randomseed(os.time())
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. key
  request = kinds[kind]
  if kind == "make" or kind == "fill" or kind == "use" then
    response = function()
      answered = answered + 1
      -- Every request up to the limit was sent before these last ones were answered.
      -- wrk sleeps out its time unless it is interrupted, and then still reports. os.execute would ignore the signal.
      if answered == limit + 64 then io.popen("kill -INT $PPID") end
    end
  end
end

function done(summary, latency, _)
  io.write(string.format("RESULT %.0f %.3f %.3f %d %d %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests))
end
