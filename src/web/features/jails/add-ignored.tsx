import { useState } from 'react'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { IgnoreResult } from '../../../shared/allow.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { TextAreaField } from '../../ui/field.tsx'
import { formatNumber } from '../../ui/words.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { firstFault, isIgnored, typedEntries } from './ignore-entries.ts'
import styles from './jails.module.css'
import { useIgnore, type JailKey } from './jails.queries.ts'
import { StillBanned } from './still-banned.tsx'

interface AddIgnoredProps {
  of: JailKey
  ignoreip: readonly string[]
  block: string | undefined
}

/** Puts many addresses at once on the ignore list of a jail, or one's own with a click. */
export function AddIgnored({ of: key, ignoreip, block }: AddIgnoredProps) {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const form = useAddIgnored(key, block)
  const own = session?.address
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        form.addTyped()
      }}
    >
      <TextAreaField
        label={t`Add addresses or networks`}
        rows={2}
        value={form.text}
        error={form.fault}
        hint={t`One a line. It holds until fail2ban is reloaded; to keep it, add it to ignoreip in jail.local.`}
        onChange={(event) => form.type(event.target.value)}
      />
      <div className={styles.row}>
        <Button
          type="submit"
          busy={form.isPending}
          disabledReason={block ?? (form.isEmpty ? t`Type an address first.` : undefined)}
        >
          {t`Ignore`}
        </Button>
        {own !== undefined && !isIgnored(ignoreip, own) && (
          <Button disabledReason={block} busy={form.isPending} onClick={() => form.add([own])}>
            {t`Add my address`}
          </Button>
        )}
      </div>
      {form.error && (
        <Banner tone="danger" urgent>
          {sentencesOf(form.error)}
        </Banner>
      )}
      {form.results && <Results results={form.results} />}
      {form.results && <StillBanned of={key} results={form.results} block={block} />}
    </form>
  )
}

function useAddIgnored(key: JailKey, block: string | undefined) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string | undefined>(undefined)
  const mutation = useIgnore(key)
  const entries = typedEntries(text)

  async function add(wanted: readonly string[]): Promise<readonly IgnoreResult[] | undefined> {
    const wrong = firstFault(wanted)
    if (wrong) {
      const [entry, problem] = [wrong.entry, inChosenLanguage(wrong.problem)]
      setFault(t`${entry}: ${problem}`)
      return undefined
    }
    setFault(undefined)
    return mutation.mutateAsync(wanted).catch(() => undefined)
  }

  async function addTyped(): Promise<void> {
    if (entries.length === 0 || mutation.isPending || block !== undefined) return
    const results = await add(entries)
    if (!results) return
    // What failed stays in the field, and so does what was typed meanwhile.
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ ip }) => ip)
    setText((current) => (current === text ? failed.join('\n') : current))
  }

  return {
    text,
    fault,
    isEmpty: entries.length === 0,
    isPending: mutation.isPending,
    error: mutation.error,
    results: mutation.data,
    type(next: string) {
      setFault(undefined)
      setText(next)
    },
    add: (wanted: readonly string[]) => void add(wanted),
    addTyped: () => void addTyped(),
  }
}

function Results({ results }: { results: readonly IgnoreResult[] }) {
  const failed = results.filter(({ outcome }) => outcome === 'failed' || outcome === 'invalid')
  const added = results.filter(({ outcome }) => outcome === 'added').length
  const known = results.filter(({ outcome }) => outcome === 'already-listed').length
  return (
    <>
      {failed.length === 0 && (
        <output className={styles.note}>
          {added > 0 && <Plural value={added} one="# address added." other="# addresses added." />}{' '}
          {known > 0 && <Plural value={known} one="# was ignored already." other="# were ignored already." />}
        </output>
      )}
      {failed.length > 0 && (
        <Banner tone="danger" urgent>
          <ul>
            {failed.map(({ ip, detail }) => (
              <li key={ip}>
                <strong>{ip}</strong> {inChosenLanguage(detail ?? '')}
              </li>
            ))}
          </ul>
          {added > 0 && <AlsoAdded added={formatNumber(added)} />}
        </Banner>
      )}
    </>
  )
}

function AlsoAdded({ added }: { added: string }) {
  return (
    <p>
      <Trans>Added all the same: {added}.</Trans>
    </p>
  )
}
