import type { QueryClient } from '@tanstack/react-query'
import { CurrentSession } from '../../../shared/session.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'
import { sessionEnd } from './session-end.ts'
import { sessionQuery } from './session.queries.ts'

let checking: Promise<void> | undefined

/** Asks who is signed in now, after something has made one doubt it, and acts on it. */
export function checkSession(client: QueryClient): Promise<void> {
  checking ??= look(client).finally(() => (checking = undefined))
  return checking
}

async function look(client: QueryClient): Promise<void> {
  try {
    goOnAs(client, await call(CurrentSession, 'GET', 'session'))
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthenticated') sessionEnd.note()
  }
}

/** The page goes on with this session, if it is of the same user; nothing of one user may be seen by another. */
export function goOnAs(client: QueryClient, session: CurrentSession): void {
  const before = client.getQueryData(sessionQuery.queryKey)
  if (before && before.user.id !== session.user.id) {
    window.location.assign(document.baseURI)
    return
  }
  client.setQueryData(sessionQuery.queryKey, session)
  if (!sessionEnd.hasCome()) {
    // What was just being asked for with the cookie that has been replaced meanwhile.
    void client.invalidateQueries({ predicate: ({ state }) => state.status === 'error' })
    return
  }
  const putBack = sessionEnd.heal()
  void client.invalidateQueries()
  // After the dialogs that come back have put the focus where they would have it at first.
  requestAnimationFrame(() => requestAnimationFrame(putBack))
}
