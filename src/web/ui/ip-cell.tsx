import { CopyButton } from './copy-button.tsx'
import styles from './ip-cell.module.css'

/** An address: never cut short, copied with one click. */
export function IpCell({ ip }: { ip: string }) {
  return (
    <span className={styles.cell}>
      <span className={styles.ip}>{ip}</span>
      <span className={styles.copy}>
        <CopyButton text={ip} label={`Copy ${ip}`} />
      </span>
    </span>
  )
}
