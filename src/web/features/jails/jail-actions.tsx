import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import {
  ChevronDown,
  CirclePause,
  CirclePlay,
  CircleStop,
  Ellipsis,
  LockOpen,
  RefreshCw,
  RotateCcw,
} from 'lucide-react'
import type { Jail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote } from '../../ui/menu.tsx'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { actionEffect, actionName, actionsFor } from './jail-words.ts'
import styles from './jails.module.css'
import type { JailAction } from './jails.queries.ts'
import type { JailActions } from './use-jail-actions.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const ActionDialog = lazyPart(async () => (await import('./action-dialog.tsx')).ActionDialog)

/** Every action with what it does. */
export function JailMenu({ jail, actions, label }: { jail: Jail; actions: JailActions; label?: string }) {
  const { t } = useLingui()
  const { name } = jail
  const offered = actionsFor(jail)
  const reasons = new Set(offered.map((action) => actions.blockOf(action)))
  const [reason] = [...reasons].filter((text) => text !== undefined)
  const trigger = (
    <Button
      variant={label === undefined ? 'ghost' : 'secondary'}
      size={label === undefined ? 'icon' : 'medium'}
      busy={actions.pending !== undefined}
      aria-label={label === undefined ? t`Actions for ${name}` : undefined}
    >
      {label}
      {label === undefined ? <Ellipsis size={16} aria-hidden /> : <ChevronDown size={14} aria-hidden />}
    </Button>
  )
  // While something is being done there is nothing to choose.
  if (actions.pending) return trigger
  return (
    <Menu trigger={trigger}>
      {reason !== undefined && <MenuNote>{reason}</MenuNote>}
      {offered.map((action) => (
        <MenuItem
          key={action}
          icon={ICONS[action]}
          danger={action === 'stop'}
          disabled={
            actions.blockOf(action) !== undefined || (action === 'unban-all' && jail.currentlyBanned === 0)
          }
          onSelect={() => actions.choose(action)}
        >
          <span className={styles.choice}>
            {actionName(action)}
            <span>{actionEffect(action, jail, actions.remembers)}</span>
          </span>
        </MenuItem>
      ))}
    </Menu>
  )
}

const ICONS: Record<JailAction, ReactNode> = {
  start: <CirclePlay size={16} aria-hidden />,
  stop: <CircleStop size={16} aria-hidden />,
  restart: <RotateCcw size={16} aria-hidden />,
  reload: <RefreshCw size={16} aria-hidden />,
  idle: <CirclePause size={16} aria-hidden />,
  resume: <CirclePlay size={16} aria-hidden />,
  'unban-all': <LockOpen size={16} aria-hidden />,
}

/** The dialog that asks; to be placed beside the menu. */
export function JailActionDialog({
  jail,
  actions,
  changes = [],
}: {
  jail: Jail
  actions: JailActions
  /** What a reload would take back, in words. */
  changes?: readonly string[]
}) {
  const isOpen = actions.asking !== undefined
  return (
    <WhenOpened open={isOpen}>
      <ActionDialog open={isOpen} jail={jail} actions={actions} changes={changes} />
    </WhenOpened>
  )
}

/** Why the last action did not happen, where no dialog is there to say it. */
export function actionFailure({ asking, error }: JailActions): string | undefined {
  return asking === undefined && error ? sentencesOf(error) : undefined
}
