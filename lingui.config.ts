import { defineConfig } from '@lingui/conf'
import { formatter } from '@lingui/format-po'
import { OWN_CATALOGUES } from './src/web/catalogues.ts'

const pathOf = (feature: string): string => `<rootDir>/src/web/features/${feature}`

/** English is written in the source of the pages; `npm run translations` brings the catalogues up to date with it. */
const config = defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de'],
  catalogs: [
    {
      path: '<rootDir>/src/web/locales/{locale}/common',
      include: ['<rootDir>/src/web'],
      exclude: OWN_CATALOGUES.map(pathOf),
    },
    ...OWN_CATALOGUES.map((feature) => ({
      path: `<rootDir>/src/web/locales/{locale}/${feature}`,
      include: [pathOf(feature)],
    })),
  ],
  // Without line numbers, so that a catalogue changes only where words do.
  format: formatter({ lineNumbers: false }),
  orderBy: 'origin',
})
export default config
