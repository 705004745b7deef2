import { useNavigate } from 'react-router'
import { useShortcuts, type Shortcuts } from '../../ui/shortcuts.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { findOpen } from '../find/find-open.ts'
import { helpOpen } from './help-open.ts'
import { DESTINATIONS } from './navigation.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const FindDialog = lazyPart(async () => (await import('../find/find-dialog.tsx')).FindDialog)
const ShortcutHelp = lazyPart(async () => (await import('./shortcut-help.tsx')).ShortcutHelp)

/** The keys that work on every page, and the two dialogs that they open. */
export function GlobalKeys() {
  const navigate = useNavigate()
  const isFinding = findOpen.use()
  const isHelping = helpOpen.use()
  const find = () => findOpen.set(true)
  useShortcuts({
    '/': find,
    'mod+k': find,
    '?': () => helpOpen.set(true),
    ...Object.fromEntries(
      DESTINATIONS.map(({ key, to }): [string, Shortcuts[string]] => [`g ${key}`, () => void navigate(to)]),
    ),
  })
  return (
    <>
      <WhenOpened open={isFinding}>
        <FindDialog open={isFinding} onOpenChange={findOpen.set} />
      </WhenOpened>
      <WhenOpened open={isHelping}>
        <ShortcutHelp open={isHelping} onOpenChange={helpOpen.set} />
      </WhenOpened>
    </>
  )
}
