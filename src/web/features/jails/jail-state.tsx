import { LoaderCircle } from 'lucide-react'
import type { Jail } from '../../../shared/jail.ts'
import { Badge } from '../../ui/badge.tsx'
import { stateWords } from '../hosts/jail-state-words.ts'
import { pendingWord } from './jail-words.ts'
import styles from './jails.module.css'
import { usePendingAction } from './jails.queries.ts'

/** Its state, or what is being done to it. `stale`: fail2ban does not answer, so it is what was known last. */
export function JailState({ host, jail, stale = false }: { host: string; jail: Jail; stale?: boolean }) {
  const pending = usePendingAction({ host, jail: jail.name })
  const { tone, word } = stateWords(jail)
  if (pending) {
    return (
      <output className={styles.pending}>
        <LoaderCircle size={14} aria-hidden />
        {pendingWord(pending)}
      </output>
    )
  }
  return <Badge tone={stale ? 'neutral' : tone}>{word}</Badge>
}
