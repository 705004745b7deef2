import { stripTypeScriptTypes } from 'node:module'
import { transformSync } from '@babel/core'

/**
 * Lets Jest run the sources as Node itself does: types are blanked out, so lines and columns stay what they are. Only what
 * speaks to people goes through Lingui's macros on top. Jest expects a default export.
 */
const transformer = {
  process(source, filename) {
    const code = stripTypeScriptTypes(source)
    if (!/from '@lingui\/(?:core|react)\/macro'/.test(code)) return { code }
    const plugins = [['@lingui/babel-plugin-lingui-macro', { descriptorFields: 'all' }]]
    const result = transformSync(code, { filename, configFile: false, babelrc: false, plugins })
    return { code: result?.code ?? code }
  },
}
export default transformer
