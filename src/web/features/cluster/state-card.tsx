import { Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { Cluster, StateServerFacts } from '../../../shared/cluster.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Badge, ToneIcon, type Tone } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { cx } from '../../ui/class-names.ts'
import { formatMilliseconds } from '../health/amounts.ts'
import { memoryInWords, persistenceInWords, skewInWords } from './figures.ts'
import styles from './health-page.module.css'

/** Where sessions, limits and the shared status are kept, and how well. */
export function StateCard({
  cluster,
  isSilent,
}: {
  cluster: Cluster
  /** It does not answer just now, and `cluster` is what was known before. */
  isSilent: boolean
}) {
  const { t } = useLingui()
  const { provider, state } = cluster
  return (
    <Card
      title={t`State`}
      note={provider === 'redis' ? t`Sessions, limits and status in Redis` : t`Sessions, limits and status`}
      actions={isSilent ? <Badge tone="danger">{t`Not answering`}</Badge> : <StateBadge state={state} />}
    >
      <Findings tone="danger" sentences={state.reasons} />
      <Findings tone="warn" sentences={state.warnings} />
      {provider === 'memory' && (
        <p className={styles.explanation}>
          <Trans>
            Everything is kept inside the one process that answers. To run several workers or replicas, set{' '}
            <code>STATE_BACKEND=redis</code> and <code>REDIS_URL</code>.
          </Trans>
        </p>
      )}
      {state.server && <RedisFacts server={state.server} />}
    </Card>
  )
}

function StateBadge({ state }: { state: Cluster['state'] }) {
  const { t } = useLingui()
  if (!state.ok) return <Badge tone="danger">{t`Not working`}</Badge>
  return state.warnings.length > 0 ? (
    <Badge tone="warn">{t`Needs a look`}</Badge>
  ) : (
    <Badge tone="ok">{t`Working`}</Badge>
  )
}

function Findings({ tone, sentences }: { tone: Tone; sentences: readonly string[] }) {
  if (sentences.length === 0) return null
  return (
    <ul className={cx(styles.findings, tone === 'danger' ? styles.danger : styles.warn)}>
      {sentences.map((sentence) => (
        <li key={sentence}>
          <ToneIcon tone={tone} size={16} />
          <span>{inChosenLanguage(sentence)}</span>
        </li>
      ))}
    </ul>
  )
}

function RedisFacts({ server }: { server: StateServerFacts }) {
  const { t } = useLingui()
  return (
    <dl className={styles.facts}>
      <Fact label="Redis">{server.version}</Fact>
      <Fact label={t`Runs as`}>
        {server.topology}, {server.role}
      </Fact>
      <Fact label={t`Answers in`}>{formatMilliseconds(server.latencyMs)}</Fact>
      <Fact label={t`Memory`}>{memoryInWords(server)}</Fact>
      <Fact label={t`When memory is full`}>
        <code>{server.evictionPolicy}</code>
      </Fact>
      <Fact label={t`Persistence`}>{persistenceInWords(server)}</Fact>
      <Fact label={t`Its clock`}>{skewInWords(server)}</Fact>
    </dl>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
