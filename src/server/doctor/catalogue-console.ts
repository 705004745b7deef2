import { fixLines, type Catalogue } from './catalogue-entry.ts'
import { shellWord } from './plain-text.ts'

/** BanGUI itself: what it was told, and where it keeps what it knows. */
export const CONSOLE: Catalogue<
  | 'settings-advice'
  | 'not-writable'
  | 'database-broken'
  | 'database-too-new'
  | 'nearly-full'
  | 'secrets-differ'
  | 'other-backend'
  | 'failed'
  | 'overdue'
  | 'not-ready'
  | 'other-version'
  | 'port-taken'
  | 'not-known'
  | 'no-time'
> = {
  'settings-advice': {
    title: 'A setting does nothing, or not what it seems to',
    found: ({ advice }) => advice.join(' '),
    why: 'BanGUI starts all the same.',
    lines: () => [
      '# the names of all settings: docs/configuration.md; what BanGUI makes of them:',
      'bangui config',
    ],
    example: {
      finding: {
        cause: 'settings-advice',
        advice: ['BANGUI_WORKER is not a setting of BanGUI; see docs/configuration.md for the names.'],
      },
    },
  },
  'not-writable': {
    title: 'BanGUI’s database cannot be written',
    found: ({ detail }) => `${detail}.`,
    why: 'The folder belongs to another user (a volume that root made), is mounted read-only, or does not exist. Without it BanGUI does not start.',
    lines: (_, fix) => [
      '# who may write there:',
      ...fixLines(fix),
      '# for the user that BanGUI runs as, such as',
      'chown -R bangui:bangui /var/lib/bangui',
      '# or another place:',
      'DATABASE_URL=sqlite:/var/lib/bangui/bangui.db',
    ],
    example: {
      finding: { cause: 'not-writable', detail: '/data may not be written by bangui (EACCES)' },
      fix: { kind: 'command', command: 'ls -ld /data' },
    },
  },
  'database-broken': {
    title: 'BanGUI’s database cannot be read',
    found: ({ path, detail }) => `${path}: ${detail}.`,
    why: 'It is damaged, as by a full disk or a copy made while it was written, or it is no database of BanGUI’s.',
    lines: ({ path }) => [
      `sqlite3 ${shellWord(path)} 'pragma integrity_check'`,
      '# and, with BanGUI stopped, from a backup',
      'bangui restore FILE',
    ],
    example: {
      finding: {
        cause: 'database-broken',
        path: '/data/bangui.db',
        detail: 'database disk image is malformed',
      },
    },
  },
  'database-too-new': {
    title: 'A newer BanGUI has used the database',
    found: ({ migration }) => `It holds the migration ${migration}, which this version does not know.`,
    why: 'An older version does not know the tables of a newer one, so it does not start on them.',
    lines: () => [
      '# start the newer version again, or go back to a backup from before it',
      'bangui restore FILE',
    ],
    example: { finding: { cause: 'database-too-new', migration: '0099-something' } },
  },
  'nearly-full': {
    title: 'The disk is nearly full',
    found: ({ freeBytes, folder }) =>
      `${(freeBytes / 1_000_000).toFixed(0)} MB are free on the disk of ${folder}.`,
    why: 'When it is full, neither bans nor sessions can be kept, and nobody can sign in.',
    lines: (_, fix) => [
      ...fixLines(fix),
      '# what BanGUI itself keeps: the archive of bans, in days',
      'BANGUI_HISTORY_DAYS=90',
    ],
    example: {
      finding: { cause: 'nearly-full', freeBytes: 12_000_000, folder: '/data' },
      fix: { kind: 'command', command: 'df -h /data' },
    },
  },
  'secrets-differ': {
    title: 'Processes sign sessions with different secrets',
    found: ({ ours, theirs, holder }) =>
      `The fingerprint of SESSION_SECRET is ${ours} here, and ${theirs} at ${holder}, which serves the same database.`,
    why: 'Each takes the sessions of the other for forged, so people are signed out at random. A process that finds another one with a different secret does not start.',
    lines: () => [
      '# for all of them the same, or for none of them (then one is kept in the database)',
      'SESSION_SECRET_FILE=/run/secrets/session_secret',
      '# to change it while they run: first add the new one at the end everywhere, then move it to the front',
    ],
    example: {
      finding: {
        cause: 'secrets-differ',
        ours: 'a1b2c3d4',
        theirs: '99aabbcc',
        holder: 'host web-2, pid 17',
      },
    },
  },
  'other-backend': {
    title: 'A process with another STATE_BACKEND serves the database',
    found: ({ ours, theirs, holder }) =>
      `STATE_BACKEND is ${ours} here, and ${theirs} at ${holder}, which serves the same database.`,
    why: 'memory keeps sessions, limits and status inside one process, which no other may share: the second one does not start.',
    lines: () => [
      '# for all of them',
      'STATE_BACKEND=redis',
      'REDIS_URL=redis://:PASSWORD@redis:6379/0',
      '# or a database of its own',
      'DATABASE_URL=sqlite:/var/lib/bangui-2/bangui.db',
    ],
    example: {
      finding: { cause: 'other-backend', ours: 'redis', theirs: 'memory', holder: 'host web-1, pid 17' },
    },
  },
  failed: {
    title: 'A background job has failed',
    found: ({ jobs }) => jobs.map(({ name, error }) => `${name}: ${error}`).join(' '),
    why: 'The error says why. It is tried again at its next time.',
    lines: () => ['# run it again on the Health page, and look into the log of the process that ran it'],
    example: { finding: { cause: 'failed', jobs: [{ name: 'bans.prune-history', error: 'disk full' }] } },
  },
  overdue: {
    title: 'Nobody runs the background jobs',
    found: ({ jobs }) => `Overdue: ${jobs.join(', ')}.`,
    why: 'No process has the role jobs, or its clock is more than 10 s from that of Redis.',
    lines: () => ['BANGUI_ROLES=web,jobs'],
    example: { finding: { cause: 'overdue', jobs: ['health.check'] } },
  },
  'not-ready': {
    title: 'BanGUI runs and is not ready',
    found: ({ reasons }) => reasons.join(' '),
    why: 'It answers 503 to whoever balances processes, and gets no requests until this is mended.',
    lines: () => [
      '# what it says itself, with the address and port of this process',
      'curl -s http://127.0.0.1:8080/readyz',
    ],
    example: { finding: { cause: 'not-ready', reasons: ['Redis cannot be reached: ECONNREFUSED.'] } },
  },
  'other-version': {
    title: 'Another version of BanGUI runs',
    found: ({ running, here }) => `${running} runs, and ${here} is installed.`,
    why: 'It was not started anew after an upgrade.',
    lines: () => ['systemctl restart bangui', '# or: docker compose up -d'],
    example: { finding: { cause: 'other-version', running: '0.9.0', here: '1.0.0' } },
  },
  'port-taken': {
    title: 'Something else listens where BanGUI is to listen',
    found: ({ address, detail }) => `${address} answers, and not as BanGUI does: ${detail}.`,
    why: 'Another program has the port, so BanGUI cannot start; or BanGUI hangs.',
    lines: () => ['ss -ltnp', '# or another one', 'PORT=8081'],
    example: {
      finding: { cause: 'port-taken', address: 'http://127.0.0.1:8080', detail: 'it answers 404' },
    },
  },
  'not-known': {
    title: 'Nobody could look',
    found: ({ because }) => `Not known: ${NOT_KNOWN[because]}.`,
    why: 'Something else has to be mended first, or nobody has looked yet.',
    lines: () => [],
    example: { finding: { cause: 'not-known', because: 'fail2ban-away' } },
  },
  'no-time': {
    title: 'A look took too long',
    found: ({ seconds }) => `It did not end within ${seconds} s.`,
    why: 'A share that hangs, a name server that does not answer, or a machine that is very busy.',
    lines: () => ['dmesg | tail', 'mount | grep -E "nfs|cifs|fuse"'],
    example: { finding: { cause: 'no-time', seconds: 8 } },
  },
}

const NOT_KNOWN = {
  'fail2ban-away': 'fail2ban is away',
  'agent-missing': 'no agent tells of it',
  'state-unreachable': 'Redis is away',
  'not-checked-yet': 'nobody has looked yet',
} as const
