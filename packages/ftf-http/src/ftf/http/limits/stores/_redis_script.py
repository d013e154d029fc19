"""The Lua scripts of `RedisLimits`.

Both take a time in microseconds, or "" for the server's, then four values for each key: the
algorithm ("g" or "e"), the cost, and two numbers. They are the interval and the tolerance of GCRA,
or the quota and the period of an exact limit. They count as `Gcra` and `Exact` do. Lua writes
numbers above 10^14 with an exponent, so times are formatted. The answer is one text, which a client
reads at once: the five numbers of an `Outcome` for each key.
"""

from typing import Final

_NOW: Final = """
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
"""

TAKE: Final = (
    _NOW
    + """
local answers, resets, writes, allowed = {}, {}, {}, true
for index, key in ipairs(KEYS) do
  local at = index * 4 - 2
  local kind, cost = ARGV[at], tonumber(ARGV[at + 1])
  local first, second = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local took, left, reset, retry = 0, 0, 0, 0
  if kind == 'g' then
    local state = tonumber(redis.call('GET', key) or now)
    local owed = math.max(0, state - now)
    if owed > 2 * second then owed = 0 end
    owed = math.min(owed, second)
    local after = owed + first * cost
    if after <= second then
      took, left, reset = 1, math.floor((second - after) / first), after
      writes[index] = string.format('%.0f', now + after)
    else
      left, reset, retry = math.floor((second - owed) / first), owed, after - second
    end
  else
    local times = {}
    for _, text in ipairs(redis.call('LRANGE', key, 0, -1)) do
      local time = tonumber(text)
      if time > now - second and time <= now + second then times[#times + 1] = time end
    end
    left = first - #times - cost
    if left >= 0 then
      for _ = 1, cost do times[#times + 1] = now end
      took, reset = 1, second
      for each, time in ipairs(times) do times[each] = string.format('%.0f', time) end
      writes[index] = times
    else
      reset = times[#times] + second - now
      retry = times[math.min(-left, #times)] + second - now
      left = left + cost
    end
  end
  if took == 0 then allowed = false end
  resets[index] = reset
  answers[index] = string.format('%.0f %.0f %.0f %.0f %.0f', took, left, reset, retry, now)
end
if allowed then
  for index, key in ipairs(KEYS) do
    local written, expiry = writes[index], math.ceil(resets[index] / 1000)
    if type(written) == 'table' then
      redis.call('DEL', key)
      redis.call('RPUSH', key, unpack(written))
      redis.call('PEXPIRE', key, expiry)
    else
      redis.call('SET', key, written, 'PX', expiry)
    end
  end
end
return table.concat(answers, ' ')
"""
)

GIVE_BACK: Final = (
    _NOW
    + """
for index, key in ipairs(KEYS) do
  local at = index * 4 - 2
  local kind, cost, first, taken = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2], ARGV[at + 3]
  if kind == 'g' then
    local state = tonumber(redis.call('GET', key) or now) - tonumber(first) * cost
    if state > now then
      redis.call('SET', key, string.format('%.0f', state), 'PX', math.ceil((state - now) / 1000))
    else
      redis.call('DEL', key)
    end
  else
    redis.call('LREM', key, -cost, taken)
  end
end
return 1
"""
)
