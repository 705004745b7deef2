import { useState } from 'react'
import type { Host } from '../../../shared/host.ts'
import type { Jail } from '../../../shared/jail.ts'
import { showToast } from '../../ui/toast.ts'
import { doneSentence } from './jail-words.ts'
import { useJailAction, usePendingAction, type JailAction } from './jails.queries.ts'
import { useJailBlock } from './use-block.ts'

/** What can be done to one jail. Whatever lifts bans, or loses changes, is asked about first. */
export interface JailActions {
  readonly pending: JailAction | undefined
  readonly asking: JailAction | undefined
  readonly lifted: number
  readonly error: Error | null
  /** fail2ban keeps a database, from which bans come back. */
  readonly remembers: boolean
  /** Why this user cannot do it now. */
  blockOf: (action: JailAction) => string | undefined
  choose: (action: JailAction) => void
  confirm: (action: JailAction) => void
  cancel: () => void
}

/** `losesChanges`: something was changed while the jail runs, which a reload takes back. */
export function useJailActions(host: Host, jail: Jail, losesChanges = false): JailActions {
  const key = { host: host.id, jail: jail.name }
  const [lifted, setLifted] = useState(0)
  const [asking, setAsking] = useState<JailAction | undefined>(undefined)
  const action = useJailAction(key, setLifted)
  const pending = usePendingAction(key)
  const ofOperators = useJailBlock('operator', host)
  const ofAdmins = useJailBlock('admin', host)

  function run(chosen: JailAction): void {
    setLifted(0)
    void action.mutateAsync(chosen).then(
      (outcome) => {
        setAsking(undefined)
        const title = doneSentence(chosen, jail.name, outcome.lifted)
        showToast({ tone: 'ok', title, ...(chosen === 'idle' && { undo: () => run('resume') }) })
      },
      () => undefined,
    )
  }

  return {
    pending,
    asking,
    lifted,
    error: action.error,
    remembers: host.database !== 'switched-off',
    blockOf: (chosen) => (chosen === 'unban-all' ? ofOperators : ofAdmins),
    choose(chosen) {
      action.reset()
      if (needsConfirm(chosen, losesChanges)) setAsking(chosen)
      else run(chosen)
    },
    confirm: run,
    cancel() {
      setAsking(undefined)
      action.reset()
    },
  }
}

function needsConfirm(action: JailAction, losesChanges: boolean): boolean {
  if (action === 'reload') return losesChanges
  return action === 'stop' || action === 'restart' || action === 'unban-all'
}
