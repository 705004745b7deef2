import { readFileSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { lingui } from '@lingui/vite-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { billOfMaterials } from './bill-of-materials.ts'
import { linguiMacros } from './macros.ts'

/** What one page may cost a first visitor, gzipped, in kB of 1000 bytes. The build fails above it. */
const FIRST_LOAD_JS_KB = 200
const CSS_KB = 15

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
}

/** The server fills these in per request; the development server has to stand in for it. */
function fillPlaceholders(): Plugin {
  return {
    name: 'bangui:placeholders',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace('__BASE_HREF__', '/').replace('__CSP_NONCE__', ''),
  }
}

/** Writes scripts and styles compressed beside themselves, once and well, for the server to hand out. */
function compressAhead(): Plugin {
  return {
    name: 'bangui:compress-ahead',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const output of Object.values(bundle)) {
        if (!/\.(?:js|css)$/.test(output.fileName)) continue
        const content = output.type === 'chunk' ? output.code : output.source
        const file = join(dir, output.fileName)
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
        writeFileSync(`${file}.br`, brotliCompressSync(content))
      }
    },
  }
}

interface Chunk {
  readonly type: 'chunk'
  readonly fileName: string
  readonly code: string
  readonly isEntry: boolean
  readonly facadeModuleId: string | null
  readonly imports: readonly string[]
  readonly moduleIds: readonly string[]
  readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> }
}

/** What is around every page, except for those one sees before being signed in. */
const FRAME = /shell\.tsx$/
const PAGE = /-page\.tsx$/
const FRAMELESS_PAGE = /(?:login|setup)-page\.tsx$/
/** Group 1: its name. */
const CATALOGUE = /\/locales\/\w+\/(\w+)\.po$/
const WAITS_FOR = /virtual:texts\/(\w+)$/

/**
 * A first visitor of a page loads the entry, the texts, the frame and the page, each with all it imports; dialogs come when
 * opened. The longest language counts.
 */
function sizeBudget(): Plugin {
  return {
    name: 'bangui:size-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = new Map<string, Chunk>()
      const cssKb = new Map<string, number>()
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') chunks.set(output.fileName, output)
        else if (output.fileName.endsWith('.css')) cssKb.set(output.fileName, gzipKb(output.source))
      }
      const all = [...chunks.values()]
      const entries = all.filter((chunk) => chunk.isEntry)
      const frames = all.filter((chunk) => FRAME.test(chunk.facadeModuleId ?? ''))
      const pages = all.filter((chunk) => PAGE.test(chunk.facadeModuleId ?? ''))
      if (frames.length !== 1 || pages.length < 3) this.error('The size budget finds no pages to measure.')
      for (const page of pages) {
        const around = FRAMELESS_PAGE.test(page.facadeModuleId ?? '') ? [] : frames
        const loaded = withImports([...entries, ...around, page], chunks)
        loaded.push(...cataloguesOf(loaded, all))
        const jsKb = sum(loaded.map((chunk) => gzipKb(chunk.code)))
        const css = new Set(loaded.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]))
        const pageCssKb = sum([...css].map((file) => cssKb.get(file) ?? 0))
        const report = `${page.fileName}: first load is ${jsKb.toFixed(1)} kB of JS and ${pageCssKb.toFixed(1)} kB of CSS, allowed are ${FIRST_LOAD_JS_KB} and ${CSS_KB} kB.`
        if (jsKb > FIRST_LOAD_JS_KB || pageCssKb > CSS_KB) this.error(report)
        this.info(report)
      }
    },
  }
}

/** The words that these chunks wait for, in the language that takes most for them. */
function cataloguesOf(loaded: readonly Chunk[], all: readonly Chunk[]): Chunk[] {
  const modules = loaded.flatMap((chunk) => chunk.moduleIds)
  const names = new Set(['common', ...modules.flatMap((id) => WAITS_FOR.exec(id)?.[1] ?? [])])
  return [...names].flatMap((name) => {
    const languages = all.filter((chunk) => CATALOGUE.exec(chunk.facadeModuleId ?? '')?.[1] === name)
    return languages.sort((a, b) => b.code.length - a.code.length).slice(0, 1)
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function gzipKb(content: string | Uint8Array): number {
  return gzipSync(content, { level: 9 }).length / 1000
}

function withImports(roots: readonly Chunk[], chunks: ReadonlyMap<string, Chunk>): Chunk[] {
  const found = new Set<Chunk>(roots)
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const imported = chunks.get(name)
      if (imported) found.add(imported)
    }
  }
  return [...found]
}

/** What every page needs. In one piece it compresses better, and comes with one request. */
const EVERYWHERE =
  /node_modules\/(?:react|react-dom|scheduler|react-router|@tanstack\/(?:query-core|react-query)|zod|@lingui\/(?:core|react)|use-sync-external-store)\//

export default defineConfig({
  root: here,
  // Relative addresses: the console may live below any path, which the server writes into <base>.
  base: './',
  plugins: [
    linguiMacros(),
    lingui(),
    react(),
    fillPlaceholders(),
    sizeBudget(),
    compressAhead(),
    billOfMaterials(root),
  ],
  define: { __BANGUI_VERSION__: JSON.stringify(version) },
  build: {
    outDir: fileURLToPath(new URL('../../dist/web', import.meta.url)),
    emptyOutDir: true,
    manifest: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The content security policy knows no data: scripts, styles or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'vendor', test: EVERYWHERE }] } },
      checks: { pluginTimings: false },
    },
  },
  server: { port: 5173, strictPort: true, proxy: { '/api': 'http://127.0.0.1:8080' } },
})
