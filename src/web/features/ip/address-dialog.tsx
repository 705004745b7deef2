import { useEffect, useRef, useState, type RefObject } from 'react'
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { Search } from 'lucide-react'
import type { IpReport } from '../../../shared/event.ts'
import { ApiError } from '../../api/api-error.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { countOf } from '../../ui/words.ts'
import { AddressReport } from './address-report.tsx'
import styles from './address-dialog.module.css'
import { ipQuery } from './ip.queries.ts'

const TYPING_PAUSE_MS = 300

/** The quick answer: is this address banned, where, why, until when, and let it in again. */
export function AddressDialog({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Check or unban an address" initialFocus={input}>
      <AddressCheck key={String(open)} input={input} />
    </Dialog>
  )
}

function AddressCheck({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const report = useQuery(ipQuery(asked))
  return (
    <div className={styles.check}>
      <search>
        <form
          className={styles.box}
          onSubmit={(event) => {
            event.preventDefault()
            setAsked(text.trim())
          }}
        >
          <Search size={18} aria-hidden />
          <input
            ref={input}
            className={styles.input}
            type="search"
            enterKeyHint="search"
            aria-label="Address or network"
            placeholder="203.0.113.7, 2001:db8::1 or 198.51.100.0/24"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={256}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </form>
      </search>
      <output className="visually-hidden">
        {report.data && !report.isPlaceholderData && summaryOf(report.data)}
      </output>
      {asked === '' ? (
        <p className={styles.hint}>
          Any spelling will do. All jails are searched, not only the one you think of.
        </p>
      ) : (
        <Answer report={report} />
      )}
    </div>
  )
}

function summaryOf(report: IpReport): string {
  const count = report.bans.filter((ban) => ban.relation === 'exact').length
  return count === 0 ? `${report.ip} is not banned` : `${report.ip} is banned in ${countOf(count, 'jail')}`
}

function Answer({ report }: { report: UseQueryResult<IpReport> }) {
  if (report.isPending) return <Skeleton rows={2} height={56} />
  if (report.isError) {
    const error = report.error
    const isMistake = error instanceof ApiError && error.code === 'validation-failed'
    return (
      <EmptyState
        tone={isMistake ? 'neutral' : 'danger'}
        title={isMistake ? (error.fieldErrors[0]?.detail ?? error.message) : error.message}
        detail={
          isMistake ? 'Type a whole IPv4 or IPv6 address, or a network such as 198.51.100.0/24.' : undefined
        }
      />
    )
  }
  return <AddressReport report={report.data} />
}
