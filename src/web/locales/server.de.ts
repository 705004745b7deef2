import type { ServerWords } from '../api/server-words.ts'

/** By the sentence of the server. A test finds sentences that are missing here and entries that nobody says any more. */
export const words: ServerWords = {
  'There is no host called {id}.': 'Es gibt keinen Host namens {id}.',
}
