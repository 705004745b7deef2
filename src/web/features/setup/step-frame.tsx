import { useEffect, useRef, type ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Check, CircleDashed } from 'lucide-react'
import { Brand } from '../../ui/brand.tsx'
import styles from './setup.module.css'
import { STEPS, stepName, type Step } from './steps.ts'

/** Around each step: where one is, what it is about, and its content. The focus comes to its title. */
export function StepFrame({
  step,
  skipped = [],
  title,
  lead,
  takesFocus = true,
  children,
}: {
  step: Step
  skipped?: readonly Step[] | undefined
  title: string
  lead: ReactNode
  takesFocus?: boolean
  children: ReactNode
}) {
  const { t } = useLingui()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!takesFocus) return
    heading.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [takesFocus])
  const number = STEPS.indexOf(step) + 1
  const total = STEPS.length
  return (
    <main className={styles.page}>
      <title>{t`${title} · Setup · BanGUI`}</title>
      <Brand />
      <div className={styles.column}>
        <Progress step={step} skipped={skipped} />
        <div className={styles.panel}>
          <div>
            <p className={styles.note}>
              <Trans>
                Step {number} of {total}
              </Trans>
            </p>
            <h1 className={styles.title} ref={heading} tabIndex={-1}>
              {title}
            </h1>
          </div>
          <p className={styles.lead}>{lead}</p>
          {children}
        </div>
      </div>
    </main>
  )
}

function Progress({ step, skipped }: { step: Step; skipped: readonly Step[] }) {
  const { t } = useLingui()
  const current = STEPS.indexOf(step)
  return (
    <ol className={styles.steps} aria-label={t`Steps of the setup`}>
      {STEPS.map((one, index) => {
        const isPast = index < current
        const wasSkipped = skipped.includes(one)
        const state = isPast ? (wasSkipped ? 'skipped' : 'done') : index === current ? 'current' : 'ahead'
        return (
          <li
            key={one}
            className={styles.step}
            data-state={state}
            aria-current={state === 'current' ? 'step' : undefined}
          >
            <span>
              {state === 'done' && <Check size={14} aria-label={t`Done:`} />}
              {state === 'skipped' && <CircleDashed size={14} aria-label={t`Skipped:`} />}
              {stepName(one)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
