import { Fragment } from 'react'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { DESTINATIONS } from './navigation.ts'
import styles from './shortcut-help.module.css'

/** Keys pressed one after the other, and what they do. */
type Line = readonly [keys: readonly string[], does: MessageDescriptor]

const ANYWHERE: readonly Line[] = [
  [['Ctrl K'], msg`Check an IP, jail or page (⌘ K on a Mac)`],
  [['/'], msg`The same`],
  [['?'], msg`Show these keys`],
  [['Esc'], msg`Close what is open`],
]

const BANS: readonly Line[] = [
  [['j'], msg`Next ban`],
  [['k'], msg`Previous ban`],
  [['x'], msg`Select or deselect it`],
  [['u'], msg`Unban`],
  [['a'], msg`Unban and allow`],
  [['e'], msg`Export the list`],
]

/** All keys there are. */
export function ShortcutHelp({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const { t } = useLingui()
  const { singleKeys } = usePreferences()
  const goTo = DESTINATIONS.map(({ key, label }): Line => [['g', key], label])
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t`Keyboard shortcuts`}>
      {!singleKeys && (
        <p className={styles.note}>
          <Trans>
            Single keys are switched off in your{' '}
            <Link to="/settings" onClick={() => onOpenChange(false)}>
              settings
            </Link>
            : only Ctrl K, or ⌘ K on a Mac, and Esc work.
          </Trans>
        </p>
      )}
      <div className={styles.groups}>
        <Group title={t`Everywhere`} lines={ANYWHERE} />
        <Group title={t`Go to a page`} lines={goTo} />
        <Group title={t`On the list of active bans`} lines={BANS} />
      </div>
    </Dialog>
  )
}

function Group({ title, lines }: { title: string; lines: readonly Line[] }) {
  const { t, i18n } = useLingui()
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.keys}>
        {lines.map(([keys, does]) => (
          <Fragment key={keys.join(' ')}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key === 'Ctrl K' ? t`Ctrl K` : key}</Kbd>
              ))}
            </dt>
            <dd>{i18n._(does)}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  )
}
