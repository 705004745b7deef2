import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { untranslatedTexts } from '../support/untranslated-texts.ts'

const run = promisify(execFile)

/** Lingui's own check; what it found, empty for nothing. */
async function lingui(...args: readonly string[]): Promise<string> {
  return run('npx', ['lingui', 'check', ...args, '--verbose']).then(
    () => '',
    (error: unknown) => String(error),
  )
}

describe('the catalogues of the pages', () => {
  it('have every text that a page shows', () => {
    expect(untranslatedTexts()).toEqual([])
  })

  it('hold exactly the messages of the source (else: npm run translations)', async () => {
    expect(await lingui('sync', '--clean')).toBe('')
  }, 60_000)

  it('are complete in every language', async () => {
    expect(await lingui('missing', '--mode', 'catalog')).toBe('')
  }, 60_000)
})
