import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import type { EnvironmentSetting } from '../../../shared/settings.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { ENVIRONMENT_LABELS } from './environment-labels.ts'
import { environmentQuery } from './settings.queries.ts'
import styles from './settings-page.module.css'

type Shown = 'set' | 'all'

/** What the environment said when the console was started. It cannot be changed here, so it is shown locked. */
export function EnvironmentCard() {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(environmentQuery)
  const [shown, setShown] = useState<Shown>('set')
  const items = data?.filter((item) => shown === 'all' || item.source !== 'default')
  return (
    <Card
      title={t`Fixed at the start`}
      note={t`By environment variables. To change one, set it and start BanGUI again.`}
      actions={
        <SegmentedControl<Shown>
          label={t`Variables shown`}
          value={shown}
          choices={[
            { value: 'set', label: t`What is set` },
            { value: 'all', label: t`All` },
          ]}
          onChange={setShown}
        />
      }
    >
      {items && items.length > 0 && <Variables items={items} />}
      {items?.length === 0 && (
        <EmptyState tone="neutral" title={t`No variable is set`} detail={t`Everything is as by default.`} />
      )}
      {!data && !error && <Skeleton rows={8} height={38} />}
      {!data && error && (
        <EmptyState
          tone="danger"
          title={t`The variables could not be read`}
          detail={sentencesOf(error)}
          action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
        />
      )}
    </Card>
  )
}

function Variables({ items }: { items: readonly EnvironmentSetting[] }) {
  const { t } = useLingui()
  return (
    <Table label={t`Fixed at the start`}>
      <TableHead>
        <ColumnHeader>{t`Variable`}</ColumnHeader>
        <ColumnHeader>{t`Value`}</ColumnHeader>
        <ColumnHeader>{t`From`}</ColumnHeader>
      </TableHead>
      <TableBody>
        {items.map((item) => (
          <Variable key={item.name} item={item} />
        ))}
      </TableBody>
    </Table>
  )
}

function Variable({ item }: { item: EnvironmentSetting }) {
  const { i18n } = useLingui()
  const label = ENVIRONMENT_LABELS[item.name]
  return (
    <Row className={styles.variable}>
      <RowHeader>
        <span className={styles.name}>
          <code className={styles.code}>{item.name}</code>
          <span className={styles.hint}>{label ? i18n._(label) : item.summary}</span>
        </span>
      </RowHeader>
      <Cell>
        <Value item={item} />
      </Cell>
      <Cell>
        <Source item={item} />
      </Cell>
    </Row>
  )
}

function Value({ item }: { item: EnvironmentSetting }) {
  const { t } = useLingui()
  if (item.value !== undefined) return <code className={styles.code}>{item.value}</code>
  const isSet = item.source !== 'default'
  return <span className={styles.hint}>{isSet ? t`Set, and secret` : t`Not set`}</span>
}

function Source({ item }: { item: EnvironmentSetting }) {
  const { t } = useLingui()
  if (item.source === 'default') return <span className={styles.hint}>{t`Default`}</span>
  return (
    <span className={styles.locked}>
      <Lock size={13} aria-hidden />
      {item.source === 'file' ? t`File` : t`Environment`}
    </span>
  )
}
