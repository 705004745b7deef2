import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../../http/cookies.ts'

/**
 * Marks a browser that has signed in to an account before. It opens nothing; it only keeps strangers who exhaust the
 * account's budget of failed sign-ins from locking out its owner.
 */
export interface DeviceTokens {
  issue(accountKey: string): string
  /** The device's own id, where the token is genuine and for this account. */
  deviceOf(token: string | undefined, accountKey: string): string | undefined
}

export function createDeviceTokens(secrets: Secrets): DeviceTokens {
  const sign = (secret: string, id: string, accountKey: string): Buffer =>
    createHmac('sha256', secret).update(`device\0${id}\0${accountKey}`).digest()
  return {
    issue(accountKey) {
      const id = randomBytes(16).toString('base64url')
      return `${id}.${sign(secrets[0], id, accountKey).toString('base64url')}`
    },
    deviceOf(token, accountKey) {
      const [id = '', signature = ''] = token?.split('.') ?? []
      const given = Buffer.from(signature, 'base64url')
      const genuine = secrets.some((secret) => {
        const expected = sign(secret, id, accountKey)
        return expected.length === given.length && timingSafeEqual(expected, given)
      })
      return genuine ? id : undefined
    },
  }
}
