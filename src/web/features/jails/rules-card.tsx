import { plural, t } from '@lingui/core/macro'
import { Plural } from '@lingui/react/macro'
import type { JailDetail } from '../../../shared/jail.ts'
import { Card } from '../../ui/card.tsx'
import { listOf } from '../../ui/words.ts'
import styles from './jails.module.css'

/** What counts as a failure, and what is done about it: all of it comes from the configuration files. */
export function RulesCard({ jail, failregex }: { jail: JailDetail; failregex: readonly string[] }) {
  const { actions = [], maxlines, maxmatches, usedns, ignoreregexCount = 0 } = jail
  const count = jail.failregexCount ?? failregex.length
  const facts: ReadonlyArray<readonly [label: string, value: string | undefined]> = [
    [t`Actions`, actions.length > 0 ? listOf(actions) : t`none, so bans have no effect`],
    [t`Host names`, usedns === undefined ? undefined : namesSentence(usedns)],
    [
      t`Lines kept`,
      maxmatches === undefined
        ? undefined
        : plural(maxmatches, { one: '# matched line a ban', other: '# matched lines a ban' }),
    ],
    [
      t`Lines at once`,
      maxlines === undefined
        ? undefined
        : plural(maxlines, { one: 'one line at a time', other: '# lines at a time' }),
    ],
    [t`Exceptions`, plural(ignoreregexCount, { 0: 'none', one: '# ignoreregex', other: '# ignoreregex' })],
  ]
  return (
    <Card title={t`What it looks for`}>
      <div className={styles.body}>
        <dl className={styles.facts}>
          {facts
            .filter(([, value]) => value !== undefined)
            .map(([label, value]) => (
              <Fact key={label} label={label} value={value} />
            ))}
        </dl>
        <details>
          <summary>
            <Plural value={count} one="# failregex" other="# failregex" />
          </summary>
          <ol className={styles.regexes} aria-label={t`failregex as fail2ban has expanded them`}>
            {failregex.map((regex) => (
              <li key={regex}>{regex}</li>
            ))}
          </ol>
        </details>
      </div>
    </Card>
  )
}

function Fact({ label, value }: { label: string; value: string | undefined }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  )
}

function namesSentence(usedns: string): string {
  if (usedns === 'no') return t`are not looked up (usedns = no)`
  if (usedns === 'raw') return t`are taken as they are (usedns = raw)`
  if (usedns === 'warn') return t`are looked up, with a warning (usedns = warn)`
  return t`are looked up in DNS (usedns = ${usedns})`
}
