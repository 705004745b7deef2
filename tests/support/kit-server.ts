import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build, loadConfigFromFile, preview, type PluginOption } from 'vite'

const WEB = resolve(import.meta.dirname, '../../src/web')

/** Only plugins have names: promises, arrays and the like are left as they are. */
function isOf(plugin: PluginOption, name: string): boolean {
  return typeof plugin === 'object' && plugin !== null && 'name' in plugin && plugin.name === name
}

/** The page `/dev/kit`, which is in no build that ships, built into a folder of its own and served. */
export async function startKit(): Promise<{ url: string } & AsyncDisposable> {
  const loaded = await loadConfigFromFile(
    { command: 'build', mode: 'production' },
    join(WEB, 'vite.config.ts'),
  )
  if (!loaded) throw new Error('The web console has no vite.config.ts.')
  const { config } = loaded
  const outDir = mkdtempSync(join(tmpdir(), 'bangui-kit-'))
  const plugins = config.plugins?.filter((plugin) => !isOf(plugin, 'bangui:size-budget'))
  const common = { ...config, plugins: plugins ?? [], configFile: false as const, logLevel: 'error' as const }
  await build({
    ...common,
    build: { ...config.build, outDir, rolldownOptions: { input: join(WEB, 'dev/kit.html') } },
  })
  const server = await preview({ ...common, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
  const { port } = server.httpServer.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/dev/kit`,
    async [Symbol.asyncDispose]() {
      await server.close()
      rmSync(outDir, { recursive: true, force: true })
    },
  }
}
