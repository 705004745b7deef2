import { useEffect, useState } from 'react'
import { t } from '@lingui/core/macro'
import { Check, Copy } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './copy-button.module.css'
import { copyText } from './copy-text.ts'

/** Copies `text`; says so for two seconds. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [result, setResult] = useState<'copied' | 'failed' | undefined>(undefined)
  useEffect(() => {
    if (result === undefined) return undefined
    const timer = setTimeout(() => setResult(undefined), 2000)
    return () => clearTimeout(timer)
  }, [result])
  const name = result === 'copied' ? t`Copied` : result === 'failed' ? t`Copying failed` : label
  return (
    <button
      type="button"
      className={cx(styles.copy, result === 'copied' && styles.done)}
      aria-label={name}
      title={name}
      onClick={() => {
        void copyText(text).then((copied) => setResult(copied ? 'copied' : 'failed'))
      }}
    >
      {result === 'copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
    </button>
  )
}
