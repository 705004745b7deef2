import { defineConfig } from '@lingui/conf'
import { formatter } from '@lingui/format-po'
import { LATER_FEATURES } from './src/web/catalogues.ts'

const later = LATER_FEATURES.map((feature) => `<rootDir>/src/web/features/${feature}`)

/** English is written in the source of the pages; `npm run translations` brings the catalogues up to date with it. */
const config = defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de'],
  catalogs: [
    { path: '<rootDir>/src/web/locales/{locale}/first', include: ['<rootDir>/src/web'], exclude: later },
    { path: '<rootDir>/src/web/locales/{locale}/later', include: later },
  ],
  // Without line numbers, so that a catalogue changes only where words do.
  format: formatter({ lineNumbers: false }),
  orderBy: 'origin',
})
export default config
