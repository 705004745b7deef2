import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { IgnoreResult } from '../../../shared/allow.ts'
import { IpReport } from '../../../shared/event.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { listOf } from '../../ui/words.ts'
import { useAllow } from './allow.queries.ts'
import type { JailKey } from './jails.queries.ts'

/** Beyond these it would be asked about too many at once. */
const MOST_ASKED = 20
const MOST_NAMED = 5

/** An ignore list lifts no ban: says who on it is banned all the same, and offers to lift that. */
export function StillBanned({
  of: key,
  results,
  block,
}: {
  of: JailKey
  results: readonly IgnoreResult[]
  block: string | undefined
}) {
  const { t } = useLingui()
  const allow = useAllow()
  const ips = results
    .filter(({ outcome }) => outcome === 'added' || outcome === 'already-listed')
    .map(({ ip }) => ip)
    .slice(0, MOST_ASKED)
  const { data: covered = [] } = useQuery({
    queryKey: ['ip', 'ignored', ips],
    queryFn: async ({ signal }) => {
      const reports = await Promise.all(
        ips.map((ip) => call(IpReport, 'GET', `ip/${encodeURIComponent(ip)}`, { signal })),
      )
      return reports.flatMap(({ ip, bans }) =>
        bans.filter(({ relation }) => relation !== 'contains').map((ban) => ({ ...ban, by: ip })),
      )
    },
    enabled: ips.length > 0,
  })
  if (covered.length === 0) return null
  const entries = [...new Set(covered.map(({ by }) => by))]
  const banned = [...new Set(covered.map(({ ip }) => ip))]
  const names = listOf(banned.slice(0, MOST_NAMED))
  const { host } = key
  return (
    <Banner
      tone="warn"
      action={
        <Button
          size="small"
          busy={allow.isPending}
          disabledReason={block}
          onClick={() => allow.mutate({ ips: entries, host, unban: true })}
        >
          {t`Unban and ignore everywhere`}
        </Button>
      }
    >
      <Plural
        value={banned.length}
        one={`${names} is banned all the same.`}
        other={`# addresses are banned all the same: ${names}.`}
      />{' '}
      <Trans>An ignore list lifts no ban that is there.</Trans>
      {allow.error && <p role="alert">{sentencesOf(allow.error)}</p>}
    </Banner>
  )
}
