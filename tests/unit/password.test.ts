import { describe, expect, it } from '@jest/globals'
import { createPasswords } from '../../src/server/features/auth/password.ts'

const PASSWORD = 'correct horse battery staple'

describe('passwords', () => {
  const passwords = createPasswords()

  it('are kept as argon2id text with their parameters and a salt of their own', async () => {
    const [first, second] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)])
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(first).not.toBe(second)
  })

  it('are told from others', async () => {
    const stored = await passwords.hash(PASSWORD)
    expect(await passwords.verify(PASSWORD, stored)).toBe(true)
    expect(await passwords.verify(`${PASSWORD} `, stored)).toBe(false)
  })

  it('may be typed on any keyboard', async () => {
    const stored = await passwords.hash('Schlüssel zum Gartentor')
    expect(await passwords.verify('Schlu\u0308ssel zum Gartentor', stored)).toBe(true)
  })

  it('hashed by another program, with other parameters, are understood', async () => {
    // From the test vectors of the reference implementation.
    const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
    expect(await passwords.verify('password', stored)).toBe(true)
  })

  it('of nobody are never right', async () => {
    expect(await passwords.verify('', undefined)).toBe(false)
  })

  it('of nobody take as long as those of somebody', async () => {
    const stored = await passwords.hash(PASSWORD)
    const timeOf = async (hash: string | undefined): Promise<number> => {
      const times: number[] = []
      for (let round = 0; round < 9; round += 1) {
        const since = performance.now()
        await passwords.verify('wrong', hash)
        times.push(performance.now() - since)
      }
      return times.sort((a, b) => a - b)[4] ?? 0
    }
    const [known, unknown] = [await timeOf(stored), await timeOf(undefined)]
    expect(unknown / known).toBeGreaterThan(0.5)
    expect(unknown / known).toBeLessThan(2)
  })

  it('are refused as busy when too many wait', async () => {
    const narrow = createPasswords({ width: 1, queue: 2 })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => narrow.verify('x', undefined)))
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ])
    expect(results[4]).toMatchObject({ reason: { code: 'busy' } })
  })
})
