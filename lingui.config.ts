import { defineConfig } from '@lingui/conf'
import { formatter } from '@lingui/format-po'

/** English is written in the source of the pages; `npm run translations` brings the catalogues up to date with it. */
const config = defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de'],
  catalogs: [{ path: '<rootDir>/src/web/locales/{locale}', include: ['<rootDir>/src/web'] }],
  // Without line numbers, so that a catalogue changes only where words do.
  format: formatter({ lineNumbers: false }),
  orderBy: 'origin',
})
export default config
