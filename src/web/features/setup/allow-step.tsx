import { useRef, useState, type FormEvent } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { CallerAddress, SetupStep } from '../../../shared/setup.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useAllow } from '../jails/allow.queries.ts'
import { AddressNotes } from './address-notes.tsx'
import { AllowOutcome } from './allow-outcome.tsx'
import { networkAround, readEntries } from './own-network.ts'
import { addressQuery } from './setup.queries.ts'
import styles from './setup.module.css'
import { StepActions, type StepProps } from './step-actions.tsx'
import { StepFrame } from './step-frame.tsx'

/** Keeps the administrator from being locked out by a typing mistake. */
export function AllowStep(step: StepProps & { skipped: readonly SetupStep[] }) {
  const { t } = useLingui()
  const { data: seen, error, refetch } = useQuery(addressQuery)
  return (
    <StepFrame
      step="allow"
      skipped={step.skipped}
      title={t`Never ban yourself`}
      lead={t`Whoever mistypes a password too often is banned, you too. Addresses on the ignore list never are.`}
    >
      {seen && <AllowForm seen={seen} step={step} />}
      {!seen && !error && <Skeleton rows={2} height={56} />}
      {!seen && error && (
        <>
          <Banner
            tone="danger"
            urgent
            action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
          >
            {sentencesOf(error)}
          </Banner>
          <StepActions step={step} />
        </>
      )}
    </StepFrame>
  )
}

function AllowForm({ seen, step }: { seen: CallerAddress; step: StepProps }) {
  const { t } = useLingui()
  const allow = useAllow()
  const [text, setText] = useState(seen.address)
  const [problem, setProblem] = useState<string>()
  const form = useRef<HTMLFormElement>(null)
  const network = networkAround(seen.address)
  const { entries } = readEntries(text)
  const isAllowed = allow.data?.some(
    ({ allowedIn, outcome }) => allowedIn.length > 0 || outcome === 'already-allowed',
  )

  function submit(event: FormEvent) {
    event.preventDefault()
    if (allow.isPending) return
    const read = readEntries(text)
    const fault = read.problem ?? (read.entries.length === 0 ? t`Enter an address or a network.` : undefined)
    setProblem(fault && inChosenLanguage(fault))
    if (fault === undefined) return allow.mutate({ ips: read.entries, unban: true })
    const field = form.current?.elements.namedItem('addresses')
    if (field instanceof HTMLElement) field.focus()
  }

  function change(next: string) {
    setText(next)
    setProblem(undefined)
    allow.reset()
  }

  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
      <AddressNotes seen={seen} />
      <Field
        label={t`Addresses and networks to ignore`}
        name="addresses"
        value={text}
        autoCapitalize="none"
        error={problem}
        hint={t`Your own address, as the server sees it, is filled in. Separate several by blanks.`}
        onChange={(event) => change(event.target.value)}
      />
      {network !== undefined && !entries.includes(network) && (
        <div>
          <Button size="small" onClick={() => change(network)}>
            <Trans>Use my whole network {network}</Trans>
          </Button>
        </div>
      )}
      {allow.error && (
        <Banner tone="danger" urgent>
          {sentencesOf(allow.error)}
        </Banner>
      )}
      {allow.data && <AllowOutcome results={allow.data} />}
      <StepActions step={step} canSkip={!isAllowed}>
        {isAllowed ? (
          <Button variant="primary" busy={step.isBusy} onClick={step.onDone}>
            {t`Continue`}
          </Button>
        ) : (
          <Button type="submit" variant="primary" busy={allow.isPending}>
            {allow.isPending ? t`Adding…` : t`Add to the ignore list`}
          </Button>
        )}
      </StepActions>
    </form>
  )
}
