-- What a careful owner would write by hand: the consultant policy's entries, as an allow-list of types and fields.
-- It checks a fixed token, and neither the kind of value nor the window; it keeps no record. That favours it.
local cjson = require "cjson"

local TYPES = { sgv = true, mbg = true, cal = true }
local FIELDS = {
  "_id", "identifier", "type", "date", "dateString", "mills", "created_at",
  "sgv", "mbg", "mgdl", "glucose", "units", "direction", "trend", "trendRate", "delta", "isCalibration", "noise",
  "filtered", "unfiltered", "rssi", "slope", "intercept", "scale", "sensorMgdlAtPairing",
}

if ngx.var.http_authorization ~= "Bearer " .. ngx.var.bench_token then
  return ngx.exit(401)
end
local answer = ngx.location.capture("/upstream" .. ngx.var.uri, { args = ngx.var.args })
if answer.status ~= 200 then
  return ngx.exit(502)
end
local shown = {}
for _, row in ipairs(cjson.decode(answer.body)) do
  if TYPES[row.type] and row.isValid ~= false then
    local kept = {}
    for _, name in ipairs(FIELDS) do
      kept[name] = row[name]
    end
    shown[#shown + 1] = kept
  end
end
ngx.header["Content-Type"] = "application/json"
local text = #shown > 0 and cjson.encode(shown) or "[]"
ngx.header["Content-Length"] = #text
ngx.print(text)
