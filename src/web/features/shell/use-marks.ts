import { plural } from '@lingui/core/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import { jailProblem } from '../../../shared/jail.ts'
import { formatNumber } from '../../ui/words.ts'
import { useHealthCount } from '../health/health.queries.ts'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'

/** What the navigation says of a page: a number to read, or that something there needs a look. */
export interface Mark {
  readonly kind: 'count' | 'warn'
  /** Short, for the eye; empty for a dot alone. */
  readonly text: string
  /** The same as words. */
  readonly spoken: string
}

/** By the address of the page. */
export function useMarks(): Readonly<Record<string, Mark | undefined>> {
  const { data: hosts = [] } = useQuery(hostsQuery)
  const jails = useQueries({ queries: hosts.map((host) => jailsQuery(host.id)) })
  const checks = useHealthCount()
  const banned = hosts.reduce((sum, host) => sum + host.currentlyBanned, 0)
  const troubled = jails.flatMap(({ data = [] }) => data).filter((jail) => jailProblem(jail)).length
  return {
    '/bans': {
      kind: 'count',
      text: formatNumber(banned),
      spoken: plural(banned, { one: '# address', other: '# addresses' }),
    },
    ...(troubled > 0 && {
      '/jails': {
        kind: 'warn',
        text: '',
        spoken: plural(troubled, { one: '# jail needs a look', other: '# jails need a look' }),
      },
    }),
    ...(checks > 0 && {
      '/health': {
        kind: 'warn',
        text: formatNumber(checks),
        spoken: plural(checks, { one: '# check needs a look', other: '# checks need a look' }),
      },
    }),
  }
}
