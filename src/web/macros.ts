import { fileURLToPath } from 'node:url'
import { transformAsync } from '@babel/core'
import type { Plugin } from 'vite'
import { LATER_FEATURES } from './catalogues.ts'

const IMPORTS_MACROS = /from ['"]@lingui\/(?:core|react)\/macro['"]/

const SPEAKS_LATER = new RegExp(`/src/web/features/(?:${LATER_FEATURES.join('|')})/`)
const WAIT = `\nimport ${JSON.stringify(fileURLToPath(new URL('later-texts.ts', import.meta.url)))}\n`

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
    transform: {
      filter: { id: /\.tsx?$/, code: IMPORTS_MACROS },
      async handler(code, id) {
        const waiting = SPEAKS_LATER.test(id) ? code + WAIT : code
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
