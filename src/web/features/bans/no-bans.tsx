import { t as say } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import type { BanFilterState } from './use-ban-filter.ts'

/** Says whether it is good that there is nothing. */
export function NoBans({ filter, hosts }: { filter: BanFilterState; hosts: readonly HostWithJails[] }) {
  const { t } = useLingui()
  if (filter.isActive) {
    return (
      <EmptyState
        tone="neutral"
        title={titleOfNone(filter.applied)}
        detail={t`An address that is not listed here is not banned now.`}
        action={
          <Button onClick={filter.clear}>
            <Trans>Clear filters</Trans>
          </Button>
        }
      />
    )
  }
  if (hosts.some(({ host }) => !host.online)) {
    return (
      <EmptyState
        tone="neutral"
        title={t`No bans are known`}
        detail={t`Whether somebody is banned shows as soon as fail2ban answers again.`}
      />
    )
  }
  const watching = hosts.flatMap(({ jails }) => jails ?? []).filter((jail) => jail.state === 'active').length
  return (
    <EmptyState
      tone={watching === 0 ? 'warn' : 'ok'}
      title={watching === 0 ? t`No bans` : t`No bans right now`}
      detail={
        watching === 0 ? (
          <Trans>No jail is active, so nobody can be banned.</Trans>
        ) : (
          <Plural value={watching} one="# jail is watching." other="# jails are watching." />
        )
      }
      action={
        <Link to="/health">
          <Trans>See what is checked</Trans>
        </Link>
      }
    />
  )
}

function titleOfNone({ q, jail }: { q: string; jail: string }): string {
  if (q !== '' && jail !== '') return say`No active ban matches “${q}” in ${jail}`
  return q === '' ? say`No active ban in ${jail}` : say`No active ban matches “${q}”`
}
