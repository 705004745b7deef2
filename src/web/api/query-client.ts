import { createContext, useContext } from 'react'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api-error.ts'
import type { Refusal } from './events-protocol.ts'
import { setSessionStoreInterrupted } from './session-store.ts'

/** All requests of the page, and what their answers mean for the page as a whole. */
export interface ServerState {
  readonly client: QueryClient
  /** Some answer came, even if it was a refusal. */
  onAnswer: (listener: () => void) => () => void
  /** Somebody was signed in and is not any more. */
  onSignedOut: (listener: () => void) => () => void
  /** For requests that do not pass through the query client, as the stream of events. */
  noteRefusal: (refusal: Refusal) => void
}

export function createServerState(): ServerState {
  const answerListeners = new Set<() => void>()
  const signedOutListeners = new Set<() => void>()

  function onSuccess(): void {
    setSessionStoreInterrupted(false)
    for (const listener of answerListeners) listener()
  }

  function noteFailure(error: Error): void {
    if (error instanceof ApiError) noteRefusal(error)
  }

  function noteRefusal({ code, status }: Refusal): void {
    if (code === 'state-unavailable') setSessionStoreInterrupted(true)
    if (status > 0) for (const listener of answerListeners) listener()
    // A refused sign-in has another code; before a sign-in there is no session to lose.
    if (code !== 'unauthenticated' || client.getQueryData(['session']) === undefined) return
    for (const listener of signedOutListeners) listener()
  }

  const client = new QueryClient({
    queryCache: new QueryCache({ onSuccess, onError: noteFailure }),
    mutationCache: new MutationCache({ onSuccess, onError: noteFailure }),
    defaultOptions: {
      queries: {
        // `navigator.onLine` says nothing about a server in the same house.
        networkMode: 'always',
        // Events keep the data fresh.
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && error instanceof ApiError && error.status === 0,
        retryDelay: 700,
      },
      mutations: { networkMode: 'always' },
    },
  })

  return {
    client,
    noteRefusal,
    onAnswer(listener) {
      answerListeners.add(listener)
      return () => answerListeners.delete(listener)
    },
    onSignedOut(listener) {
      signedOutListeners.add(listener)
      return () => signedOutListeners.delete(listener)
    },
  }
}

export const ServerStateContext = createContext<ServerState | undefined>(undefined)

export function useServerState(): ServerState {
  const state = useContext(ServerStateContext)
  if (!state) throw new Error('useServerState() outside of ServerStateContext')
  return state
}
