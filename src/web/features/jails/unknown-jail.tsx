import { useState } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import { Card } from '../../ui/card.tsx'
import { Field } from '../../ui/field.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { jailPath } from './jail-path.ts'
import { JailState } from './jail-state.tsx'
import styles from './jails.module.css'

/** Stands in place of a jail that does not exist, with those that do. */
export function UnknownJail({ name, hosts }: { name: string; hosts: readonly HostWithJails[] }) {
  const { t } = useLingui()
  const [typed, setTyped] = useState('')
  const wanted = typed.trim().toLowerCase()
  const rows = hosts
    .flatMap(({ host, jails = [] }) => jails.map((jail) => ({ host, jail })))
    .filter(({ jail }) => jail.name.toLowerCase().includes(wanted))
  const several = hosts.length > 1
  return (
    <>
      <title>{t`Not found · BanGUI`}</title>
      <header>
        <h1 className={styles.title}>
          <Trans>There is no jail called {name}</Trans>
        </h1>
        <p className={styles.note}>
          <Trans>
            fail2ban does not run it, and has not while BanGUI was watching. Its name may be misspelt, or it
            is not enabled.
          </Trans>
        </p>
      </header>
      <Card title={t`Jails there are`}>
        <div className={styles.filter}>
          <Field
            type="search"
            label={t`Search jails`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <div className={styles.body}>
          <ul className={styles.list}>
            {rows.map(({ host, jail }) => (
              <li key={`${host.id} ${jail.name}`}>
                <Link to={jailPath(host.id, jail.name, several)}>
                  {several ? t`${jail.name} on ${host.id}` : jail.name}
                </Link>
                <JailState host={host.id} jail={jail} stale={!host.online} />
              </li>
            ))}
          </ul>
          {rows.length === 0 && <p className={styles.note}>{t`No jail is called so.`}</p>}
        </div>
      </Card>
    </>
  )
}
