import type { ReactNode } from 'react'
import styles from './kit.module.css'

/** One component of the kit with its states; the section's id is the component's name. */
export function Section({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <section id={name} className={styles.section} aria-label={name}>
      <header className={styles.sectionHead}>
        <h2>{name}</h2>
        {note !== undefined && <p>{note}</p>}
      </header>
      <div className={styles.states}>{children}</div>
    </section>
  )
}

/** One state. `wide`: it takes the whole width. */
export function State({
  name,
  wide = false,
  children,
}: {
  name: string
  wide?: boolean
  children: ReactNode
}) {
  return (
    <div className={wide ? styles.wide : styles.state}>
      <p className={styles.stateName}>{name}</p>
      <div className={styles.specimen}>{children}</div>
    </div>
  )
}

export const LONG =
  'A text that is much longer than anybody had in mind when this was drawn, with a-very-long-jail-name-that-nothing-can-break'
