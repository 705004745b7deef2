import { createHmac } from 'node:crypto'
import { addressBucket } from '../../http/client-address.ts'
import type { Secrets } from '../../http/cookies.ts'
import { tooMany } from '../../http/rate-limit.ts'
import type { Logger } from '../../lib/logger.ts'
import { StateUnavailable, type RateLimits, type Rule } from '../../state/state-provider.ts'
import type { DeviceTokens } from './device-token.ts'

const MINUTE = 60
const HOUR = 3_600

const PER_NETWORK: Rule = { name: 'sign-in-network', points: 20, windowSeconds: 10 * MINUTE }
const PER_ACCOUNT_AND_NETWORK: Rule = { name: 'sign-in-pair', points: 5, windowSeconds: 10 * MINUTE }
/** For guesses spread over many networks. A browser that has signed in before has a budget of its own instead. */
const PER_ACCOUNT: Rule = { name: 'sign-in-account', points: 50, windowSeconds: HOUR }
const PER_DEVICE: Rule = { name: 'sign-in-device', points: 10, windowSeconds: 10 * MINUTE }
/** Refuses nobody: beyond it somebody should look. */
const EVERYBODY: Rule = { name: 'sign-in-everybody', points: 600, windowSeconds: HOUR }

export interface Attempt {
  /** It was no failed guess after all. Never fails: a sign-in that succeeded must not break on this. */
  giveBack(): Promise<void>
}

export interface SignInLimits {
  /**
   * Takes the attempt from all budgets before the password is looked at, so that parallel guesses cannot all slip through;
   * throws `rate-limited`. An attempt that one budget refuses costs the others nothing.
   */
  begin(who: { accountKey: string; address: string; deviceToken: string | undefined }): Promise<Attempt>
}

export function createSignInLimits(deps: {
  limits: RateLimits
  secrets: Secrets
  devices: DeviceTokens
  log: Logger
  now: () => number
}): SignInLimits {
  const { limits, log, now } = deps
  let alarmSilentUntil = 0

  /** The store gets no names and addresses of people. */
  const keyOf = (rule: Rule, subject: string): string =>
    createHmac('sha256', deps.secrets[0]).update(`${rule.name}\0${subject}`).digest('base64url')

  async function giveBack(taken: ReadonlyArray<readonly [Rule, string]>): Promise<void> {
    try {
      await Promise.all(taken.map(([rule, key]) => limits.refund(rule, key)))
    } catch (error) {
      if (!(error instanceof StateUnavailable)) throw error
      log.debug({ err: error }, 'a sign-in attempt was not given back')
    }
  }

  async function watchEverybody(): Promise<void> {
    const verdict = await limits.consume(EVERYBODY, 'all')
    if (verdict.allowed || now() < alarmSilentUntil) return
    alarmSilentUntil = now() + verdict.resetMs
    log.error(
      `More than ${EVERYBODY.points} sign-ins have failed within an hour: somebody is probably guessing passwords. Protect the console with its fail2ban jail, or keep strangers from reaching it.`,
    )
  }

  return {
    async begin({ accountKey, address, deviceToken }) {
      const network = addressBucket(address, 56)
      const device = deps.devices.deviceOf(deviceToken, accountKey)
      // A browser that has signed in to this account before has a budget of its own: strangers, even behind the same proxy
      // or router, cannot lock its owner out.
      const budgets: ReadonlyArray<readonly [Rule, string]> =
        device === undefined
          ? [
              [PER_NETWORK, network],
              [PER_ACCOUNT_AND_NETWORK, `${network}\0${accountKey}`],
              [PER_ACCOUNT, accountKey],
            ]
          : [[PER_DEVICE, device]]
      const taken: Array<readonly [Rule, string]> = []
      for (const [rule, subject] of budgets) {
        const key = keyOf(rule, subject)
        const verdict = await limits.consume(rule, key)
        if (!verdict.allowed) {
          await giveBack(taken)
          throw tooMany('Too many sign-ins have failed.', verdict)
        }
        taken.push([rule, key])
      }
      await watchEverybody()
      taken.push([EVERYBODY, 'all'])
      return { giveBack: () => giveBack(taken) }
    },
  }
}
