-- The load of one run. Arguments: what to do (add, read), and a file of cookies, one session a line.
local requests, n = {}, 0

function init(args)
  local skus = {"tee-ecru", "shirt-oxford-white", "coat-wool-camel"}
  local cookies = {}
  for cookie in io.lines(args[2]) do cookies[#cookies + 1] = cookie end
  for round = 1, args[1] == "add" and #skus or 1 do
    for _, cookie in ipairs(cookies) do
      local headers = {["Cookie"] = cookie}
      if args[1] == "add" then
        headers["Content-Type"] = "application/json"
        local body = string.format('{"sku":"%s","quantity":1}', skus[round])
        requests[#requests + 1] = wrk.format("POST", "/api/cart/items", headers, body)
      else
        requests[#requests + 1] = wrk.format("GET", "/api/cart", headers)
      end
    end
  end
end

function request()
  n = n % #requests + 1
  return requests[n]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\nRESULT {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"errors":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
