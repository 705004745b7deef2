import { CopyButton } from '../../ui/copy-button.tsx'
import styles from './setup.module.css'

/** Commands or lines of a file, to be copied whole. */
export function CodeLines({ text, label }: { text: string; label: string }) {
  return (
    <div className={styles.code}>
      <pre>{text}</pre>
      <CopyButton text={text} label={label} />
    </div>
  )
}
