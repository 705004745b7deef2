import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { Stats, StatsRange } from '../../../shared/stats.ts'
import { call, queryString } from '../../api/http.ts'

export const DEFAULT_RANGE: StatsRange = '24h'

/** As the address bar has it, which may be anything. */
export function rangeOf(text: string | null): StatsRange {
  const parsed = StatsRange.safeParse(text)
  return parsed.success ? parsed.data : DEFAULT_RANGE
}

/** The server counts anew every few seconds; the longer the range, the less of that can be seen. */
const EVERY_MS: Readonly<Record<StatsRange, number>> = {
  '1h': 5_000,
  '24h': 5_000,
  '7d': 15_000,
  '30d': 30_000,
}

/** `zone` says whose days and hours are meant. */
export function statsQuery(range: StatsRange, zone: string) {
  return queryOptions({
    queryKey: ['stats', range, zone] as const,
    queryFn: ({ signal }) => call(Stats, 'GET', `stats${queryString({ range, zone })}`, { signal }),
    staleTime: 2_000,
    refetchInterval: EVERY_MS[range],
    placeholderData: keepPreviousData,
  })
}
