-- For wrk: asks /v1/recommend of examples/anime's model, several queries in turn.
local queries = {
  '{"genre":["Action","Comedy"],"type":"TV"}',
  '{"genre":["Drama"],"type":"Movie"}',
  '{"genre":["Sci-Fi","Adventure"],"type":"OVA"}',
  '{}',
}
local at = 0
request = function()
  at = at % #queries + 1
  return wrk.format("POST", "/v1/recommend", {["Content-Type"] = "application/json"},
                    '{"k":10,"retrieve":10,"query":' .. queries[at] .. '}')
end
