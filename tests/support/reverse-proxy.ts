import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:https'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOlder } from '../../src/shared/probe.ts'
import { makeCertificate } from './redis-server.ts'
import { waitFor } from './wait-for.ts'

const CADDYFILE = resolve(import.meta.dirname, '../../docker/Caddyfile')
const NGINX_CONF = resolve(import.meta.dirname, '../../docker/nginx.conf')

/** A real proxy that ends TLS, with the configuration that the documentation tells people to use. */
export interface ReverseProxy {
  /** `https://localhost:PORT`. */
  readonly origin: string
  readonly port: number
  /** PEM of the authority that vouches for it. */
  readonly ca: string
  log(): string
  /** Idempotent. */
  stop(): Promise<void>
}

/** docker/Caddyfile, with ports and an authority of the test's own. `upstream`: whose addresses that name server knows. */
export async function startCaddy(
  port: number,
  upstream: { resolver: string; port: number },
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-caddy-'))
  const env = {
    SITE_ADDRESS: `localhost:${port}`,
    UPSTREAM_PORT: String(upstream.port),
    RESOLVERS: `resolvers udp/${upstream.resolver}`,
    CADDY_OPTIONS: ['skip_install_trust', 'default_bind 127.0.0.1', 'auto_https disable_redirects']
      .concat(losesStreams() ? WITHOUT_HTTP2 : [])
      .join('\n'),
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  const ca = () => readIfThere(join(folder, 'caddy/pki/authorities/local/root.crt'))
  return start({ port, folder, ca, env, line: ['caddy', 'run', '--config', CADDYFILE] })
}

/** What docker/Caddyfile says of a Caddy before 2.8, which over HTTP/2 stops answering in the middle of many requests. */
const WITHOUT_HTTP2 = 'servers {\nprotocols h1 h3\n}'

function losesStreams(): boolean {
  const version = execFileSync('caddy', ['version'], { encoding: 'utf8' })
  return isOlder(version.replace(/^v/, ''), '2.8')
}

/** docker/nginx.conf, with the addresses, path, ports and certificate of the test in the place of its examples. */
export async function startNginx(
  port: number,
  upstreams: readonly string[],
  basePath: string,
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-nginx-'))
  makeCertificate(folder)
  let site = readFileSync(NGINX_CONF, 'utf8')
  const put = (example: string, real: string): void => {
    if (!site.includes(example)) throw new Error(`${NGINX_CONF} has no ${example}.`)
    site = site.replaceAll(example, real)
  }
  upstreams.forEach((upstream, index) => put(`127.0.0.1:808${index + 1}`, upstream))
  put('listen 443', `listen 127.0.0.1:${port}`)
  put('listen 80', `listen unix:${join(folder, 'http.sock')}`)
  put('server_name example.org', 'server_name localhost')
  put('/etc/ssl/bangui.crt', join(folder, 'tls.crt'))
  put('/etc/ssl/bangui.key', join(folder, 'tls.key'))
  put('location /bangui/', `location ${basePath}`)
  const file = join(folder, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n')
  const main = `daemon off;\npid ${join(folder, 'pid')};\nworker_processes 2;\nerror_log stderr;\nevents {}\n`
  writeFileSync(file, `${main}http {\naccess_log off;\n${paths}\n${site}\n}\n`)
  const ca = () => readIfThere(join(folder, 'tls.crt'))
  // Its workers give their privileges up.
  chmodSync(folder, 0o755)
  return start({ port, folder, ca, env: {}, line: ['/usr/sbin/nginx', '-e', 'stderr', '-c', file] })
}

interface Given {
  readonly port: number
  readonly folder: string
  readonly ca: () => string
  readonly env: Readonly<Record<string, string>>
  readonly line: readonly string[]
}

async function start({ port, folder, ca, env, line }: Given): Promise<ReverseProxy> {
  // setpriv has the kernel end the proxy when this process ends, even when it is killed; detached, as Ctrl C is not for it.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', ...line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => (output += text))
  }
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    // An open stream would keep it.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(impatience)
    rmSync(folder, { recursive: true, force: true })
  }
  const origin = `https://localhost:${port}`
  const answers = async (): Promise<boolean> => child.exitCode !== null || (await doesAnswer(origin, ca()))
  try {
    await waitFor(answers, { what: `${line[0]} to answer`, timeoutMs: 20_000, everyMs: 50 })
    if (child.exitCode !== null) throw new Error('It ended.')
  } catch (error) {
    await stop()
    throw new Error(`${line[0]} did not start:\n${output}`, { cause: error })
  }
  return { origin, port, ca: ca(), log: () => output, stop }
}

/** Whatever it says: the consoles behind it may come later. */
async function doesAnswer(origin: string, ca: string): Promise<boolean> {
  if (ca === '') return false
  const asked = get(`${origin}/`, { ca, agent: false })
  await once(asked, 'response')
  asked.destroy()
  return true
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
