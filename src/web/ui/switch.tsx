import { Toggle, type ToggleProps } from './toggle.tsx'
import styles from './toggle.module.css'

/** Something that is on or off, and takes effect at once. */
export function Switch(toggle: ToggleProps) {
  return <Toggle {...toggle} className={styles.switch} role="switch" aria-checked={toggle.checked} />
}
