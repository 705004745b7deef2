import { fileURLToPath } from 'node:url'
import { transformAsync } from '@babel/core'
import type { Plugin } from 'vite'
import { OWN_CATALOGUES } from './catalogues.ts'

const IMPORTS_MACROS = /from ['"]@lingui\/(?:core|react)\/macro['"]/

const FEATURE = new RegExp(`/src/web/features/(${OWN_CATALOGUES.join('|')})/`)
/** A module that is there once the catalogue of a feature is. */
const TEXTS = 'virtual:texts/'
const I18N = fileURLToPath(new URL('i18n.ts', import.meta.url))

/**
 * Turns Lingui's macros into calls with the id of their message. Babel rather than Lingui's own compiler, which is a native
 * program and absent where npm runs on an older Node. What ships holds ids only: the words come with the catalogue.
 */
export function linguiMacros(): Plugin {
  let isShipped = false
  return {
    name: 'bangui:lingui-macros',
    enforce: 'pre',
    configResolved(config) {
      isShipped = config.isProduction
    },
    resolveId: (id) => (id.startsWith(TEXTS) ? `\0${id}` : undefined),
    load(id) {
      const [, feature] = id.split(`\0${TEXTS}`)
      if (feature === undefined) return undefined
      return `import { speakFrom } from ${JSON.stringify(I18N)}\nawait speakFrom(${JSON.stringify(feature)})`
    },
    transform: {
      filter: { id: /\.tsx?$/, code: IMPORTS_MACROS },
      async handler(code, id) {
        const [, feature] = FEATURE.exec(id) ?? []
        const waiting = feature === undefined ? code : `${code}\nimport '${TEXTS}${feature}'\n`
        const result = await transformAsync(waiting, {
          filename: id,
          configFile: false,
          babelrc: false,
          sourceMaps: true,
          parserOpts: { plugins: ['typescript', 'jsx'] },
          plugins: [
            ['@lingui/babel-plugin-lingui-macro', { descriptorFields: isShipped ? 'id-only' : 'all' }],
          ],
        })
        return typeof result?.code === 'string' ? { code: result.code, map: result.map ?? null } : null
      },
    },
  }
}
