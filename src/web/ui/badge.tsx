import type { ReactNode } from 'react'
import { Ban, CircleCheck, CircleMinus, Info, TriangleAlert } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './badge.module.css'

export type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'neutral'

const ICONS = { ok: CircleCheck, warn: TriangleAlert, danger: Ban, info: Info, neutral: CircleMinus } as const

/** The shape that goes with a tone, because colour alone tells some people nothing. */
export function ToneIcon({ tone, size = 14 }: { tone: Tone; size?: number }) {
  const Icon = ICONS[tone]
  return <Icon size={size} aria-hidden />
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={cx(styles.badge, styles[tone])}>
      <ToneIcon tone={tone} />
      {children}
    </span>
  )
}
