import { Combobox as Base } from '@base-ui/react/combobox'
import { t } from '@lingui/core/macro'
import { Check, ChevronDown } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './combobox.module.css'
import { FieldFrame, type FieldFrameProps } from './field.tsx'
import menu from './menu.module.css'

export interface ComboboxChoice<T extends string> {
  readonly value: T
  readonly label: string
}

/** One value of a long list, found by typing a part of it. For a short list, `Select`. */
export function Combobox<T extends string>({
  value,
  choices,
  onChange,
  placeholder,
  busy = false,
  ...frame
}: FieldFrameProps & {
  value: T | undefined
  choices: ReadonlyArray<ComboboxChoice<T>>
  onChange: (value: T) => void
  placeholder?: string
  /** The choices are being fetched. */
  busy?: boolean
}) {
  return (
    <FieldFrame {...frame}>
      {({ className, ...control }) => (
        <Base.Root
          items={choices}
          value={choices.find((choice) => choice.value === value) ?? null}
          onValueChange={(choice: ComboboxChoice<T> | null) => {
            if (choice) onChange(choice.value)
          }}
          isItemEqualToValue={(one, other) => one?.value === other?.value}
          readOnly={frame.disabledReason !== undefined}
          autoHighlight
        >
          <Base.InputGroup className={styles.box}>
            <Base.Input
              {...control}
              // While the list is open, all around it is hidden from screen readers, the label too.
              aria-label={frame.label}
              className={cx(className, styles.input)}
              placeholder={placeholder}
              spellCheck={false}
            />
            <Base.Trigger className={styles.open} aria-label={t`Show the list`}>
              <ChevronDown size={16} aria-hidden />
            </Base.Trigger>
          </Base.InputGroup>
          <Base.Portal>
            <Base.Positioner className={styles.positioner} sideOffset={4}>
              <Base.Popup className={styles.popup}>
                <Base.Empty className={styles.empty}>{busy ? t`Loading…` : t`Nothing matches.`}</Base.Empty>
                <Base.List className={styles.list}>
                  {(choice: ComboboxChoice<T>) => (
                    <Base.Item key={choice.value} value={choice} className={cx(menu.item, styles.item)}>
                      <span>{choice.label}</span>
                      <Base.ItemIndicator className={menu.check}>
                        <Check size={16} aria-hidden />
                      </Base.ItemIndicator>
                    </Base.Item>
                  )}
                </Base.List>
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </FieldFrame>
  )
}
