import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { generatedDocs, pathOfDoc } from '../support/write-docs.ts'

describe('generated pages', () => {
  it('are up to date (npm run docs writes them)', async () => {
    for (const [name, text] of await generatedDocs()) {
      expect({ name, text: readFileSync(pathOfDoc(name), 'utf8') }).toEqual({ name, text })
    }
  })
})
