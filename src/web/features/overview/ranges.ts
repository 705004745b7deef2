import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { StatsRange } from '../../../shared/stats.ts'

export const RANGES: Readonly<Record<StatsRange, MessageDescriptor>> = {
  '1h': msg`1 h`,
  '24h': msg`24 h`,
  '7d': msg`7 d`,
  '30d': msg`30 d`,
}

/** What a range is compared with. */
export const BEFORE: Readonly<Record<StatsRange, MessageDescriptor>> = {
  '1h': msg`vs hour before`,
  '24h': msg`vs day before`,
  '7d': msg`vs week before`,
  '30d': msg`vs 30 days before`,
}
