import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { Autocomplete } from '@base-ui/react/autocomplete'
import { Trans, useLingui } from '@lingui/react/macro'
import { Search, X } from 'lucide-react'
import { useLocation, useNavigate } from 'react-router'
import { listedIp, parseIp } from '../../../shared/ip.ts'
import { ipPath } from '../../ui/ip-path.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { moveFocus, useArrowKeys } from './arrow-keys.ts'
import { FindAnswer } from './find-answer.tsx'
import styles from './find-dialog.module.css'
import { FindList } from './find-list.tsx'
import { useFindOptions } from './use-find-options.ts'
import { useSettled } from './use-settled.ts'

/** Short enough to feel immediate, long enough not to ask for every key. */
const TYPING_PAUSE_MS = 120

interface FindPanelProps {
  input: RefObject<HTMLInputElement | null>
  /** Another page is shown now; `isNew`: not merely another view of the same one. */
  onLeave: (isNew: boolean) => void
  onClose: () => void
}

/** A field and below it the answer: an address's report, or a list of what the text may mean. */
export function FindPanel({ input, onLeave, onClose }: FindPanelProps) {
  const body = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const wanted = text.trim()
  const settled = useSettled(wanted, TYPING_PAUSE_MS)
  const address = addressIn(wanted)
  const found = useFindOptions(wanted, address === undefined ? settled : '')
  useLeaving(onLeave)
  useArrowKeys(body, input)

  return (
    <Autocomplete.Root
      inline
      open
      mode="none"
      items={address === undefined ? found.groups : []}
      autoHighlight="always"
      keepHighlight
      itemToStringValue={(option) => option.label}
      value={text}
      onValueChange={(value, { reason }) => {
        // Choosing leads away; it does not fill in.
        if (reason !== 'item-press') setText(value)
      }}
    >
      <Field input={input} body={body} address={address} onClose={onClose} />
      <div className={styles.body} ref={body}>
        {address === undefined ? (
          <FindList text={wanted} groups={found.groups} isPending={found.isPending || settled !== wanted} />
        ) : (
          <FindAnswer address={address} isAsTyped={address === wanted} />
        )}
      </div>
      <Keys isAnswer={address !== undefined} />
    </Autocomplete.Root>
  )
}

interface FieldProps {
  input: RefObject<HTMLInputElement | null>
  body: RefObject<HTMLDivElement | null>
  address: string | undefined
  onClose: () => void
}

function Field({ input, body, address, onClose }: FieldProps) {
  const { t } = useLingui()
  const navigate = useNavigate()

  function onKeyDown(event: KeyboardEvent & { preventBaseUIHandler: () => void }) {
    if (event.key === 'Escape') event.preventBaseUIHandler()
    if (address === undefined || event.nativeEvent.isComposing) return
    if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
    event.preventBaseUIHandler()
    event.preventDefault()
    if (event.key === 'Enter') void navigate(ipPath(address))
    else moveFocus(body.current, 1)
  }

  return (
    <search className={styles.box}>
      <Search size={20} aria-hidden />
      <Autocomplete.Input
        ref={input}
        className={styles.input}
        // Without a list there is nothing that could be expanded.
        {...(address !== undefined && { 'aria-expanded': false, 'aria-haspopup': undefined })}
        aria-label={t`Address, network, jail or page`}
        placeholder={t`203.0.113.7, sshd, settings…`}
        enterKeyHint="go"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        maxLength={256}
        onKeyDown={onKeyDown}
      />
      <button type="button" className={styles.close} aria-label={t`Close`} onClick={onClose}>
        <Kbd>
          <Trans context="key">Esc</Trans>
        </Kbd>
        <X size={20} aria-hidden />
      </button>
    </search>
  )
}

/** The canonical spelling, where the text is a whole address or network. */
function addressIn(text: string): string | undefined {
  const parsed = parseIp(text)
  return parsed.ok ? parsed.entry.text : listedIp(text)?.text
}

/** Whatever link was followed, the box has done its work. */
function useLeaving(onLeave: (isNew: boolean) => void): void {
  const location = useLocation()
  const begun = useRef(location)
  const leave = useRef(onLeave)
  useEffect(() => {
    leave.current = onLeave
  })
  useEffect(() => {
    if (location.key !== begun.current.key) leave.current(location.pathname !== begun.current.pathname)
  }, [location])
}

function Keys({ isAnswer }: { isAnswer: boolean }) {
  return (
    <footer className={styles.keys} aria-hidden>
      <span>
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> <Trans>move</Trans>
      </span>
      <span>
        <Kbd>Enter</Kbd> {isAnswer ? <Trans>full history</Trans> : <Trans>open</Trans>}
      </span>
      {isAnswer && (
        <span>
          <Kbd>↓</Kbd> <Kbd>U</Kbd> <Trans>unban</Trans>
        </span>
      )}
    </footer>
  )
}
