import { randomUUID } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { Redis } from 'ioredis'

/**
 * What a program gets from the usual packages as they come: express-session on connect-redis, and a fixed window counted in
 * Redis by the script that packages for it use. `POST /` signs in; `GET /` sends one JSON object to who is signed in. The
 * body comes from the candidate, so both send the same.
 */
const COUNT = `
local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {hits, left}`
const WINDOW_MS = 60_000
/** As many as a measurement needs; counting is what costs. */
const LIMIT = 1_000_000_000

declare module 'express-session' {
  interface SessionData {
    userId?: string
  }
}

const body: unknown = JSON.parse(process.env['BODY'] ?? '{}')
const redis = new Redis(process.env['REDIS_URL'] ?? '')
redis.defineCommand('count', { numberOfKeys: 1, lua: COUNT })
const counting = redis as Redis & { count(key: string, windowMs: number): Promise<[number, number]> }

function limit(): RequestHandler {
  return async (req, res, next) => {
    const [hits, leftMs] = await counting.count(`limit:${req.ip}`, WINDOW_MS)
    res.setHeader('RateLimit-Policy', `"default";q=${LIMIT};w=${WINDOW_MS / 1000}`)
    res.setHeader('RateLimit', `"default";r=${Math.max(0, LIMIT - hits)};t=${Math.ceil(leftMs / 1000)}`)
    next(hits > LIMIT ? new Error('too many requests') : undefined)
  }
}

const app = express()
app.use(
  session({
    store: new RedisStore({ client: redis }),
    secret: 'a secret of this measurement',
    resave: false,
    saveUninitialized: false,
  }),
)
app.use(limit())
app.post('/', (req, res) => {
  req.session.userId = randomUUID()
  res.sendStatus(204)
})
app.get('/', (req, res) => {
  if (req.session.userId === undefined) res.sendStatus(401)
  else res.json(body)
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(`listening ${typeof address === 'object' && address ? address.port : ''}`)
})
process.once('SIGTERM', () => process.exit(0))
