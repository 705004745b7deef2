import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '../../lib/errors.ts'
import { createLimit } from '../../lib/limit.ts'

const argon2Async = promisify(argon2)

/** OWASP's first choice: 19 MiB, two passes, one lane. About 25 ms of one core. */
const COST = { memoryKib: 19_456, passes: 2, lanes: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32

interface Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

export interface Passwords {
  /** Argon2id in the usual text form, which carries its parameters and salt. */
  hash(password: string): Promise<string>
  /** Without a stored hash it takes as long as with one and says no, so that time does not tell which users exist. */
  verify(password: string, stored: string | undefined): Promise<boolean>
}

/**
 * Two at a time: hashing runs on the threads that files and name look-ups need too. A queue that is full answers `busy`,
 * as does everything here in that case.
 */
export function createPasswords(
  options: { width: number; queue: number } = { width: 2, queue: 64 },
): Passwords {
  const limit = createLimit({
    ...options,
    busy: () => new AppError('busy', 'More people are signing in at this moment than the console can check.'),
  })
  const nobodys = encode(COST, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES))
  return {
    hash: (password) =>
      limit.run(async () => {
        const salt = randomBytes(SALT_BYTES)
        return encode(COST, salt, await derive(password, COST, salt, TAG_BYTES))
      }),
    verify: (password, stored) =>
      limit.run(async () => {
        const { cost, salt, tag } = decode(stored ?? nobodys)
        const given = await derive(password, cost, salt, tag.length)
        return timingSafeEqual(given, tag) && stored !== undefined
      }),
  }
}

/** Keyboards spell the same letters in different ways; normalised, a password works from all of them. */
function derive(password: string, cost: Cost, salt: Buffer, tagLength: number): Promise<Buffer> {
  return argon2Async('argon2id', {
    message: password.normalize('NFKC'),
    nonce: salt,
    memory: cost.memoryKib,
    passes: cost.passes,
    parallelism: cost.lanes,
    tagLength,
  })
}

function encode(cost: Cost, salt: Buffer, tag: Buffer): string {
  const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}$${unpadded(salt)}$${unpadded(tag)}`
}

const ENCODED = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

function decode(stored: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const [, memoryKib, passes, lanes, salt, tag] = ENCODED.exec(stored) ?? []
  if (salt === undefined || tag === undefined) throw new Error('a stored password hash is not argon2id text')
  return {
    cost: { memoryKib: Number(memoryKib), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}
