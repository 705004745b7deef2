import { isZone } from '../../ui/time.ts'

/** All time zones that this browser knows by name, UTC first; with `also` where it is none of them. */
export function zoneChoices(also?: string): Array<{ value: string; label: string }> {
  const known = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
  const isMissing = also !== undefined && !known.includes(also) && isZone(also)
  return (isMissing ? [also, ...known] : known).map((zone) => ({
    value: zone,
    label: zone.replaceAll('_', ' '),
  }))
}
