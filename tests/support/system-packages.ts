import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What the tests and the demo need from the system: Debian's package and the file that shows it is there. */
const PACKAGES = {
  fail2ban: '/usr/bin/fail2ban-server',
  chromium: '/usr/bin/chromium',
  'redis-server': '/usr/bin/redis-server',
  'redis-sentinel': '/usr/bin/redis-sentinel',
  openssl: '/usr/bin/openssl',
  caddy: '/usr/bin/caddy',
  'nginx-light': '/usr/sbin/nginx',
  'docker-compose': '/usr/bin/docker-compose',
  buildah: '/usr/bin/buildah',
  debootstrap: '/usr/sbin/debootstrap',
  systemd: '/usr/bin/systemd-analyze',
} as const
export type SystemPackage = keyof typeof PACKAGES

/** Installs what is missing where that is allowed; otherwise throws with the command that does it. */
export function ensureSystemPackages(names: readonly SystemPackage[]): void {
  const missing = names.filter((name) => !existsSync(PACKAGES[name]))
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`Missing: ${missing.join(', ')}. Install with: sudo ${command}`)
  }
  console.log(`Installing ${missing.join(', ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const step of ['apt-get update -q', command]) {
    const [program = '', ...args] = step.split(' ')
    const result = spawnSync(program, args, { env, encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`"${step}" failed:\n${result.stdout}${result.stderr}`)
  }
}
