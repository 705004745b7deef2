import { stripTypeScriptTypes } from 'node:module'

/**
 * Lets Jest run the sources as Node itself does: types are blanked out, so lines and columns stay what they are. Jest expects
 * a default export.
 */
const transformer = {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
}
export default transformer
