import type { ReactNode } from 'react'
import { Brand } from '../../ui/brand.tsx'
import styles from './sign-page.module.css'

/** The frame of the pages one sees before being signed in. */
export function SignPage({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children: ReactNode
}) {
  return (
    <main className={styles.page}>
      <title>{`${title} · BanGUI`}</title>
      <div className={styles.column}>
        <div className={styles.brand}>
          <Brand />
        </div>
        <div className={styles.panel}>
          <h1 className={styles.title}>{title}</h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
          {children}
        </div>
      </div>
    </main>
  )
}
