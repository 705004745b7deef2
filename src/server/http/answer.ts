import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { parse, type $ZodType } from 'zod/v4/core'

interface Serialised {
  readonly body: Buffer
  readonly etag: string
}

/**
 * Writes what a handler returned, parsed with the response schema, so that nothing unnamed leaves the server.
 * A frozen object is a snapshot: it is parsed and serialised once however often it is returned, and carries an ETag, so that
 * who has it already gets a 304. Anything else is never stored by anyone.
 */
export function createAnswer(
  schema: $ZodType,
  status: number,
): (req: Request, res: Response, result: unknown) => void {
  const snapshots = new WeakMap<object, Serialised>()

  const serialise = (result: unknown): Buffer => Buffer.from(JSON.stringify(parse(schema, result)))

  function snapshotOf(result: object): Serialised {
    const known = snapshots.get(result)
    if (known) return known
    const body = serialise(result)
    const made = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
    snapshots.set(result, made)
    return made
  }

  return (req, res, result) => {
    res.statusCode = status
    if (req.method !== 'GET' || typeof result !== 'object' || result === null || !Object.isFrozen(result)) {
      res.setHeader('Cache-Control', 'no-store')
      return send(res, serialise(result))
    }
    const { body, etag } = snapshotOf(result)
    res.setHeader('Cache-Control', 'private, no-cache')
    res.setHeader('ETag', etag)
    if (req.headers['if-none-match'] !== etag) return send(res, body)
    res.statusCode = 304
    res.end()
  }
}

function send(res: Response, body: Buffer): void {
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', body.length)
  res.end(body)
}
