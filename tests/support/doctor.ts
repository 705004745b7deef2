import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { z } from 'zod'

const MAIN = resolve(import.meta.dirname, '../../src/server/main.ts')

const Report = z.object({
  ok: z.boolean(),
  mistakes: z.array(z.string()).optional(),
  checks: z
    .array(
      z.object({
        id: z.string(),
        level: z.enum(['ok', 'warning', 'failing', 'unknown']),
        host: z.string().optional(),
        finding: z.looseObject({ cause: z.string() }),
        found: z.string().optional(),
        why: z.string().optional(),
        lines: z.array(z.string()).optional(),
      }),
    )
    .default([]),
})

export interface DoctorOptions {
  /** Shell text that comes before, in a mount namespace of its own where `alone`. */
  readonly before?: string
  /** The file system that it sees, and what is mounted there, are its own. */
  readonly alone?: boolean
  /** Programs and arguments in front of it, such as `setpriv`. */
  readonly through?: readonly string[]
}

export interface DoctorRun {
  readonly status: number
  readonly output: string
}

type Env = Readonly<Record<string, string>>

/** The real `bangui doctor` with these settings, and nothing of this machine's fail2ban unless told. */
export function runDoctor(env: Env, args = '', options: DoctorOptions = {}): Promise<DoctorRun> {
  const { before = '', alone = false, through = [] } = options
  const quoted = through.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const node = `${quoted} ${process.execPath} --disable-warning=ExperimentalWarning`
  const script = `${before}\nexec ${node} ${MAIN} doctor ${args}`
  const command = alone ? ['unshare', '-m', '/bin/sh', '-ec', script] : ['/bin/sh', '-ec', script]
  return new Promise((done) => {
    const settings = {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      FAIL2BAN_SOCKET: '/nonexistent/fail2ban.sock',
      ...env,
    }
    execFile(command[0] ?? '', command.slice(1), { env: settings }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` })
    })
  })
}

/** What it says of one check, with its status; throws with everything it said where the check is not there. */
export async function diagnose(env: Env, id: string, options: DoctorOptions = {}) {
  const { status, output } = await runDoctor(env, '--json', options)
  const { checks } = Report.parse(JSON.parse(output))
  const check = checks.find((each) => each.id === id)
  if (!check) throw new Error(`There is no check ${id}: ${output}`)
  const { finding, level, found = '', lines = [] } = check
  return { status, cause: finding.cause, level, text: [found, ...lines].join('\n') }
}
