import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../support/wait-for.ts'
import type { ImageConfig } from './buildah.ts'

export interface ContainerOptions {
  /** The image's files; not written to, so any number of containers may share them. */
  readonly root: string
  readonly config: ImageConfig
  /** `UID:GID`; the image's own unless named. */
  readonly user?: string
  readonly env?: Readonly<Record<string, string>>
  /** Folders of this machine, mounted read-only under the same path. */
  readonly folders?: readonly string[]
  /** Folder for /data; one of its own, made as the image's, unless named. */
  readonly data?: string
}

export interface Container {
  /** Everything it has said so far. */
  output(): string
  /** As the machine numbers it; inside it is 1. */
  pid(): number
  /** What the kernel says of it, by name: `Uid`, `CapEff`, `NoNewPrivs`… */
  status(): Readonly<Record<string, string>>
  /** Runs a command inside, as `docker exec` does. */
  exec(...command: string[]): { status: number; output: string }
  /** What a container engine sends first. Resolves with the exit status. */
  stop(): Promise<number | null>
  readonly exited: Promise<number | null>
}

/**
 * What an engine makes of `--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges`, from the kernel's own parts:
 * namespaces of its own but for the network, the root file system read-only, no capability, and the image's command as process 1.
 */
const ENTER = `
set -eu
root=$1 data=$2 user=$3 group=$4 folders=$5 directory=$6
shift 6
mount --make-rprivate /
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
mount --bind "$data" "$root/data"
for folder in $folders; do
  mkdir -p "$root$folder"
  mount --bind "$folder" "$root$folder"
  mount -o remount,bind,ro "$root$folder"
done
mount -o remount,bind,ro "$root"
hostname "bangui-$$-$(date +%N)"
exec chroot "$root" /usr/bin/setpriv --reuid "$user" --regid "$group" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs /usr/bin/env -i -C "$directory" "$@"
`

export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { root, config, env = {}, folders = [] } = options
  const [user = '', group = ''] = (options.user ?? config.User).split(':')
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'bangui-image-data-'))
  if (options.data === undefined) {
    chownSync(data, 1000, 0)
    chmodSync(data, 0o770)
  }
  const settings = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  const own = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child']
  const enter = ['sh', '-c', ENTER, 'enter', root, data, user, group, folders.join(' '), config.WorkingDir]
  const child = spawn('unshare', [...own, ...enter, ...settings, ...config.Entrypoint, ...config.Cmd], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => (output += text))
  }
  const exited = once(child, 'close').then(([status]) => {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    return status as number | null
  })
  const pid = (): number =>
    Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim())
  const status = (): Record<string, string> =>
    Object.fromEntries(
      readFileSync(`/proc/${pid()}/status`, 'utf8')
        .split('\n')
        .map((line) => line.split(/:\s*/) as [string, string]),
    )
  const runsNode = (): boolean => readlinkSync(`/proc/${pid()}/exe`).endsWith('/node')
  await waitFor(() => child.exitCode !== null || runsNode(), {
    what: `the container to begin; it said: ${output}`,
  })
  return {
    output: () => output,
    pid,
    status,
    exec(...command) {
      const drop = ['--clear-groups', '--inh-caps=-all', '--bounding-set=-all', '--no-new-privs']
      const inside = ['/usr/bin/setpriv', '--reuid', user, '--regid', group, ...drop, '/usr/bin/env', '-i']
      const into = ['--target', String(pid()), '--mount', '--pid', '--uts', '--root', '--wd']
      try {
        const said = execFileSync('nsenter', [...into, '--', ...inside, ...settings, ...command], {
          encoding: 'utf8',
          stdio: 'pipe',
        })
        return { status: 0, output: said }
      } catch (error) {
        const { status = 1, stdout, stderr } = error as { status?: number; stdout: string; stderr: string }
        return { status, output: `${stdout}${stderr}` }
      }
    },
    async stop() {
      if (child.exitCode === null) process.kill(pid(), config.StopSignal)
      return exited
    },
    exited,
  }
}
