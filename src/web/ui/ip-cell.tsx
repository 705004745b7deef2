import { useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import { CopyButton } from './copy-button.tsx'
import styles from './ip-cell.module.css'
import { ipPath, isAddress } from './ip-path.ts'

/** An address: never cut short, leads to all that is known of it, copied with one click. */
export function IpCell({ ip }: { ip: string }) {
  const { t } = useLingui()
  return (
    <span className={styles.cell}>
      {isAddress(ip) ? (
        <Link to={ipPath(ip)} className={styles.ip}>
          {ip}
        </Link>
      ) : (
        <span className={styles.ip}>{ip}</span>
      )}
      <span className={styles.copy}>
        <CopyButton text={ip} label={t`Copy ${ip}`} />
      </span>
    </span>
  )
}
