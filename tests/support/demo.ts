import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { randomBytes, randomInt } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startFail2ban } from './fail2ban-server.ts'
import { ensureSystemPackages } from './system-packages.ts'

/**
 * BanGUI with something to look at: a private fail2ban of its own (harmless actions, nothing of this machine's is touched) and
 * attackers that keep failing to sign in, so that bans keep coming. Ends, and leaves nothing behind, with Ctrl C.
 */
const NETWORKS = ['192.0.2.', '198.51.100.', '203.0.113.', '2001:db8:77::']
const JAILS = ['sshd', 'sshd', 'sshd', 'nginx-http-auth'] as const

async function freePort(wanted: number): Promise<number> {
  const server = createServer()
  server.listen(wanted, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return freePort(0)
  }
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(url: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await pause(100)
  }
}

function openBrowser(url: string): void {
  const opener = ['/usr/bin/xdg-open', '/usr/bin/open'].find((path) => existsSync(path))
  if (opener && (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])) {
    spawn(opener, [url], { stdio: 'ignore', detached: true }).unref()
  }
}

async function main(): Promise<void> {
  ensureSystemPackages(['fail2ban'])
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())

  const folder = mkdtempSync(join(tmpdir(), 'bangui-demo-'))
  const fail2ban = await startFail2ban({ bantimeSeconds: { sshd: 180, 'nginx-http-auth': 300 } })
  const port = await freePort(8080)
  const password = randomBytes(9).toString('base64url')
  const console_ = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/server/main.js')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: String(port),
      DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
      BANGUI_ADMIN_USER: 'demo',
      BANGUI_ADMIN_PASSWORD: password,
      FAIL2BAN_SOCKET: fail2ban.socket,
      FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
    },
  })
  console_.once('exit', () => stopped.abort())
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, stopped.signal)
  if (!stopped.signal.aborted) {
    console.log(
      `\n  BanGUI     ${url}\n  User       demo\n  Password   ${password}\n\n  Attackers are at work. Ctrl C ends everything.\n`,
    )
    openBrowser(url)
  }
  while (!stopped.signal.aborted) {
    const network = NETWORKS[randomInt(NETWORKS.length)] ?? ''
    const jail = JAILS[randomInt(JAILS.length)] ?? 'sshd'
    fail2ban.writeFailures(jail, `${network}${randomInt(1, 255)}`, randomInt(1, 5))
    await pause(randomInt(300, 2_500), undefined, { signal: stopped.signal }).catch(() => undefined)
  }
  if (console_.exitCode === null) {
    console_.kill('SIGTERM')
    await once(console_, 'exit')
  }
  await fail2ban.stop()
  rmSync(folder, { recursive: true, force: true })
}

await main()
