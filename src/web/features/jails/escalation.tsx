import { Trans } from '@lingui/react/macro'
import { escalatedBantime, type JailDetail } from '../../../shared/jail.ts'
import { formatDuration } from '../../ui/time.ts'
import { listOf } from '../../ui/words.ts'
import styles from './jails.module.css'

const SHOWN_STEPS = 5

/** For how long an address is banned that comes back, as fail2ban is configured (`bantime.increment`). */
export function Escalation({ jail: { increment, bantimeSeconds } }: { jail: JailDetail }) {
  if (!increment || bantimeSeconds === undefined) return null
  return (
    <p className={styles.note}>
      <Sentence increment={increment} bantimeSeconds={bantimeSeconds} />
    </p>
  )
}

function Sentence({
  increment,
  bantimeSeconds,
}: {
  increment: NonNullable<JailDetail['increment']>
  bantimeSeconds: number
}) {
  if (bantimeSeconds < 0) return <Trans>Each ban is permanent.</Trans>
  if (!increment.enabled) {
    return <Trans>Whoever comes back is banned for as long again: bantime.increment is off.</Trans>
  }
  const { formula, maxtimeSeconds, rndtimeSeconds = 0, overalljails = false } = increment
  const steps = Array.from({ length: SHOWN_STEPS }, (_, index) =>
    escalatedBantime(increment, bantimeSeconds, index + 1),
  )
  const known = [...new Set(steps.filter((step) => step !== undefined))]
  const most = maxtimeSeconds === undefined ? undefined : formatDuration(maxtimeSeconds)
  const random = formatDuration(rndtimeSeconds)
  const list = listOf(known.map((step) => formatDuration(step)))
  return (
    <>
      {steps.includes(undefined) ? (
        <Trans>Whoever comes back is banned for longer each time, by the formula {formula}.</Trans>
      ) : (
        <Trans>Whoever comes back is banned for longer each time: {list}, and so on.</Trans>
      )}
      {most !== undefined && (
        <>
          {' '}
          <Trans>At most {most}.</Trans>
        </>
      )}
      {rndtimeSeconds > 0 && (
        <>
          {' '}
          <Trans>Up to {random} are added at random.</Trans>
        </>
      )}
      {overalljails && (
        <>
          {' '}
          <Trans>Bans in other jails count, too.</Trans>
        </>
      )}
    </>
  )
}
