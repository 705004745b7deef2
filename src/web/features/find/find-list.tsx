import { Autocomplete } from '@base-ui/react/autocomplete'
import { Trans, useLingui } from '@lingui/react/macro'
import { useNavigate } from 'react-router'
import { cx } from '../../ui/class-names.ts'
import styles from './find-dialog.module.css'
import type { FindGroup, FindOption } from './use-find-options.ts'

interface FindListProps {
  text: string
  groups: readonly FindGroup[]
  isPending: boolean
}

/** What a text may mean, to choose from; the focus stays in the field. */
export function FindList({ text, groups, isPending }: FindListProps) {
  const { t } = useLingui()
  const count = groups.reduce((sum, group) => sum + group.items.length, 0)
  return (
    <>
      <output className="visually-hidden">
        {!isPending && text !== '' && (count === 0 ? t`Nothing found` : t`${count} found`)}
      </output>
      <Autocomplete.List className={styles.list} aria-label={t`Found`}>
        {groups.map((group) => (
          <Autocomplete.Group key={group.title} items={group.items}>
            <Autocomplete.GroupLabel className={styles.heading}>{group.title}</Autocomplete.GroupLabel>
            {group.items.map((option) => (
              <Option key={option.to} option={option} />
            ))}
          </Autocomplete.Group>
        ))}
      </Autocomplete.List>
      {count === 0 && !isPending && (
        <p className={styles.nothing}>
          <Trans>
            Nothing contains “{text}”. Type a whole address or network, as 203.0.113.7 or 2001:db8::/32, or a
            part of the name of a page or jail, or of anything in a ban.
          </Trans>
        </p>
      )}
      {text === '' && (
        <p className={styles.nothing}>
          <Trans>An address may be spelt in any way. All jails are searched.</Trans>
        </p>
      )}
    </>
  )
}

function Option({ option }: { option: FindOption }) {
  const navigate = useNavigate()
  const { icon: Icon, label, note, to, isIp } = option
  return (
    <Autocomplete.Item value={option} className={styles.option} onClick={() => void navigate(to)}>
      <Icon size={17} aria-hidden />
      <span className={cx(styles.label, isIp === true && styles.ip)}>{label}</span>
      {note !== undefined && <span className={styles.note}>{note}</span>}
    </Autocomplete.Item>
  )
}
