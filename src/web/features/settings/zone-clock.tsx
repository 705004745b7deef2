import { useEffect, useState } from 'react'
import { Trans } from '@lingui/react/macro'
import { formatClock, formatZone } from '../../ui/time.ts'

const TICK_MS = 10_000

/** What time it is in the zone in which times are shown, so that a wrong choice is seen at once. */
export function ZoneClock() {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  const clock = formatClock(now, now)
  const zone = formatZone(now)
  return (
    <Trans>
      It is {clock} there now: {zone}
    </Trans>
  )
}
