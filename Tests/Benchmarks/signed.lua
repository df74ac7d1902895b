-- For wrk: sends the signed requests of a file, one after the other. LuaJIT has no HMAC, so bench.py signs them
-- beforehand, each with an id of its own, and pads them to one size. Arguments: the file's prefix, the size in bytes.

local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    size = tonumber(arguments[2])
    file = assert(io.open(arguments[1] .. number, "rb"))
end

function request()
    local signed = file:read(size)
    if not signed then
        error("out of signed requests: let bench.py prepare more")
    end
    return signed
end
