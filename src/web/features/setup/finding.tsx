import type { ReactNode } from 'react'
import { ToneIcon, type Tone } from '../../ui/badge.tsx'
import styles from './setup.module.css'

/** One fact of a probe. */
export function Finding({ tone, title, children }: { tone: Tone; title: string; children?: ReactNode }) {
  return (
    <li className={styles.finding} data-tone={tone}>
      <ToneIcon tone={tone} size={18} />
      <div className={styles.words}>
        <strong>{title}</strong>
        {children}
      </div>
    </li>
  )
}
