-- What wrk sends, by the first argument; the next ones say how many customers it goes over, or how the
-- ids of new ones begin, after which number.
-- Prints one line at the end: requests per second, p50 and p99 in ms, answers that were not 2xx, broken connections, answers.

local key = os.getenv("BENCH_KEY")
local kind, first, after
local sent = -1 -- wrk makes a request before it begins, and throws it away

local function post(path, body)
  return wrk.format("POST", path, nil, body)
end

local function one_of(n) return "bench-" .. math.random(tonumber(n)) end

local kinds = {
  baseline = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages"}') end,
  check = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages"}') end,
  track = function() return post("/v1/track", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages","value":1}') end,
  send_event = function() return post("/v1/check", '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages","send_event":true}') end,
  existing = function() return post("/v1/customers.get_or_create", '{"customer_id":"' .. one_of(first) .. '"}') end,
  new = function()
    sent = sent + 1
    return post("/v1/customers.get_or_create", '{"customer_id":"' .. first .. (after + sent) .. '"}')
  end,
  batch = function()
    local tracks = {}
    for at = 1, 1000 do tracks[at] = '{"customer_id":"' .. one_of(first) .. '","feature_id":"messages","value":1}' end
    return post("/v1/balances.batch_track", "[" .. table.concat(tracks, ",") .. "]")
  end,
  check_many = function() return post("/v1/check", '{"customer_id":"bench-many","feature_id":"messages"}') end,
  track_many = function() return post("/v1/track", '{"customer_id":"bench-many","feature_id":"messages"}') end,
  check_large = function() return post("/v1/check", '{"customer_id":"bench-large","feature_id":"messages"}') end,
  check_large_entity = function() return post("/v1/check", '{"customer_id":"bench-large","entity_id":"e-' .. math.random(200) .. '","feature_id":"messages"}') end,
  check_crowd = function() return post("/v1/check", '{"customer_id":"bench-crowd","feature_id":"messages"}') end,
  check_crowd_entity = function() return post("/v1/check", '{"customer_id":"bench-crowd","entity_id":"e-' .. math.random(10000) .. '","feature_id":"messages"}') end,
  track_large = function() return post("/v1/track", '{"customer_id":"bench-large","feature_id":"messages"}') end,
  track_large_entity = function() return post("/v1/track", '{"customer_id":"bench-large","entity_id":"e-' .. math.random(200) .. '","feature_id":"messages"}') end,
  track_crowd = function() return post("/v1/track", '{"customer_id":"bench-crowd","feature_id":"messages"}') end,
  track_crowd_entity = function() return post("/v1/track", '{"customer_id":"bench-crowd","entity_id":"e-' .. math.random(10000) .. '","feature_id":"messages"}') end,
  get_many = function() return post("/v1/customers.get_or_create", '{"customer_id":"bench-many"}') end,
}

function init(args)
  kind, first, after = args[1], args[2], tonumber(args[3]) or 0
  math.randomseed(os.time())
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. key
  request = kinds[kind]
end

function done(summary, latency, _)
  io.write(string.format("RESULT %.0f %.3f %.3f %d %d %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.requests))
end
