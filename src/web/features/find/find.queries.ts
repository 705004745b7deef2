import { queryOptions } from '@tanstack/react-query'
import { BanPage } from '../../../shared/ban.ts'
import { call, queryString } from '../../api/http.ts'

const SHOWN_BANS = 6

/** The newest bans that contain a text, and how many there are. */
export function foundBansQuery(text: string) {
  return queryOptions({
    queryKey: ['found-bans', text],
    queryFn: ({ signal }) =>
      call(BanPage, 'GET', `bans${queryString({ q: text, limit: SHOWN_BANS })}`, { signal }),
    enabled: text !== '',
    staleTime: 5_000,
  })
}
