import { Toggle, type ToggleProps } from './toggle.tsx'
import styles from './toggle.module.css'

/** Something that is chosen or not. `mixed`: some of what it stands for is chosen. */
export function Checkbox({ mixed = false, ...toggle }: ToggleProps & { mixed?: boolean }) {
  return (
    <Toggle
      {...toggle}
      className={styles.checkbox}
      ref={(input) => {
        if (input) input.indeterminate = mixed
      }}
    />
  )
}
