import { Suspense, type ReactNode } from 'react'
import { Field } from '../../ui/field.tsx'
import { zoneChoices } from './time-zones.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const Combobox = lazyPart(async () => (await import('../../ui/combobox.tsx')).Combobox<string>)

export interface ZoneChoice {
  readonly value: string
  readonly label: string
}

/** One of some four hundred time zones, found by typing a part of its name. What it is made of comes after the page. */
export function ZonePicker({
  first,
  ...field
}: {
  label: string
  value: string
  /** What can be chosen beside the zones, above them. */
  first: readonly ZoneChoice[]
  onChange: (value: string) => void
  hint?: ReactNode
  disabledReason?: string | undefined
}) {
  const { label, value, hint, disabledReason } = field
  const isZone = !first.some((choice) => choice.value === value)
  const choices = [...first, ...zoneChoices(isZone ? value : undefined)]
  const shown = choices.find((choice) => choice.value === value)?.label ?? value
  return (
    <Suspense fallback={<Field readOnly value={shown} {...{ label, hint, disabledReason }} />}>
      <Combobox {...field} choices={choices} />
    </Suspense>
  )
}
