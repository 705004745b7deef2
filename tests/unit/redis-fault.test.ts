import { describe, expect, it } from '@jest/globals'
import { redisFaultOf } from '../../src/server/jobs/redis-fault.ts'

const withCode = (message: string, code: string | number): Error =>
  Object.assign(new Error(message), { code })

describe('a fault of the job queue', () => {
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:6379', withCode('connect ECONNREFUSED 127.0.0.1:6379', 'ECONNREFUSED')],
    ['no message', withCode('', 'ECONNRESET')],
    ['a closed connection', new Error('Connection is closed.')],
    [
      'a connection that fails fast',
      new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    ],
    ['no answer', new Error('Socket timeout. Expecting data, but didn’t receive any in 3000ms.')],
  ])('means that Redis is away: %s', (_, error) => {
    expect(redisFaultOf(error)).toEqual({ kind: 'away', cause: 'away' })
  })

  it.each([
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
    ['Failed to add repeatable job for next iteration: OOM command not allowed', 'OOM'],
    ["READONLY You can't write against a read only replica.", 'READONLY'],
    ['NOPERM this user has no permissions to run the command', 'NOPERM'],
    ['ERR unknown command', 'other'],
  ])('means that Redis refuses: %s', (message, cause) => {
    expect(redisFaultOf(new Error(message))).toEqual({ kind: 'refused', cause })
  })

  it('means that somebody else has the delivery where BullMQ says so by a number', () => {
    expect(redisFaultOf(withCode('Missing lock for job 7. moveToFinished', -2)).kind).toBe('lost')
  })
})
