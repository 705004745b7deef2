import { WhenOpened } from '../../ui/when-opened.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'

const ShortenDialog = lazyPart(async () => (await import('./shorten-dialog.tsx')).ShortenDialog)

/** A shorter history deletes what nobody can bring back. */
export function AskBeforeShortening(props: {
  open: boolean
  days: number
  onOpenChange: (open: boolean) => void
  onConfirm: () => void
}) {
  return (
    <WhenOpened open={props.open}>
      <ShortenDialog {...props} />
    </WhenOpened>
  )
}
