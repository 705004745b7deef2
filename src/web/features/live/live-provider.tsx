import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { t } from '@lingui/core/macro'
import type { QueryClient } from '@tanstack/react-query'
import { apiUrl } from '../../api/base-url.ts'
import { connectWorker } from '../../api/connect-worker.ts'
import { createLiveEvents, type LiveEvents } from '../../api/events.ts'
import type { LiveStatus, Refusal } from '../../api/events-protocol.ts'
import { useServerState } from '../../api/query-client.ts'
import { createSharedEvents } from '../../api/shared-events.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { showToast } from '../../ui/toast.ts'
import { applyMessages, refetchLive } from './apply-messages.ts'

const Live = createContext<LiveEvents | undefined>(undefined)

/** How long a tab nobody looks at keeps its connection. */
const HIDDEN_PAUSE_MS = 10_000

/** Keeps the data of everything inside fresh, as long as somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { client, onAnswer, noteRefusal } = useServerState()
  const [events] = useState(() => openEvents(noteRefusal))

  useEffect(() => {
    const stops = [
      events.onMessages((messages) => applyMessages(client, messages)),
      onAnswer(events.noteAnswer),
      catchUp(events, () => void client.invalidateQueries()),
      onReopened(events, () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey })),
      pauseWhileHidden(events),
      pollWhileNotLive(events, () => refetchLive(client)),
      listenWhileShown(events, client),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [client, events, onAnswer])

  return <Live value={events}>{children}</Live>
}

function openEvents(onRefused: (refusal: Refusal) => void): LiveEvents {
  const url = apiUrl('events')
  return createSharedEvents({
    url,
    connect: connectWorker,
    own: () => createLiveEvents({ url, fetch: (input, init) => fetch(input, init), onRefused }),
    onRefused,
  })
}

/** A page that is left says so to the worker; one that comes back from the browser's memory has missed something. */
function listenWhileShown(events: LiveEvents, client: QueryClient): () => void {
  const session = client.getQueryData(sessionQuery.queryKey)
  const start = () => events.start(`${session?.user.id} ${session?.createdAt}`)
  let stop = start()
  const onHide = () => stop()
  const onShow = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) return
    stop = start()
    void client.invalidateQueries()
  }
  window.addEventListener('pagehide', onHide)
  window.addEventListener('pageshow', onShow)
  return () => {
    window.removeEventListener('pagehide', onHide)
    window.removeEventListener('pageshow', onShow)
    stop()
  }
}

function useLive(): LiveEvents {
  const live = useContext(Live)
  if (!live) throw new Error('useLive() outside of LiveProvider')
  return live
}

export function useLiveStatus(): LiveStatus {
  const live = useLive()
  return useSyncExternalStore(live.onStatus, live.status)
}

export function useLiveRetry(): () => void {
  return useLive().retry
}

/** Why nothing can be changed now; undefined while the server is there. */
export function useWriteBlock(): string | undefined {
  return useLiveStatus().phase === 'offline' ? t`There is no connection to BanGUI.` : undefined
}

/** After a break that was shown, everything is fetched again: the stream resumes bans, but not what else changed. */
function catchUp(events: LiveEvents, refetch: () => void): () => void {
  let broken: 'reconnecting' | 'offline' | undefined
  return events.onStatus(({ phase }) => {
    if (phase === 'offline' || (phase === 'reconnecting' && broken === undefined)) broken = phase
    if (phase !== 'live' || broken === undefined) return
    if (broken === 'offline') showToast({ tone: 'ok', title: t`Connected again` })
    broken = undefined
    refetch()
  })
}

/** The server ends a stream when something about its session changes, as the role does: who one is, is then asked anew. */
function onReopened(events: LiveEvents, ask: () => void): () => void {
  let wasOpen = false
  return events.onStatus(({ phase }) => {
    if (phase !== 'live') return
    if (wasOpen) ask()
    wasOpen = true
  })
}

function pauseWhileHidden(events: LiveEvents): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const onChange = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(events.pause, HIDDEN_PAUSE_MS)
    else events.resume()
  }
  document.addEventListener('visibilitychange', onChange)
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onChange)
  }
}

/** Tells a stream that some proxy swallows from a server that is gone, and keeps the first from going stale. */
function pollWhileNotLive(events: LiveEvents, refetch: () => void): () => void {
  const timer = setInterval(() => {
    if (events.status().phase !== 'live' && !document.hidden) refetch()
  }, 3_000)
  return () => clearInterval(timer)
}
