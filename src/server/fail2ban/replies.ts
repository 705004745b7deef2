import { z } from 'zod'
import { Fail2banRefused } from './fail2ban-client.ts'
import { isPickleObject, printable, textOf, type PickleValue } from './protocol/pickle-values.ts'

/** The value of a good answer, fail2ban's refusal, or its last word while it stops. Throws where it is none of these. */
export function readReply(message: PickleValue): { value: PickleValue } | Fail2banRefused | 'stopping' {
  // The server could not read the request, or could not write the answer.
  if (typeof message === 'string') {
    return new Fail2banRefused('protocol', `fail2ban answered: ${printable(message)}`)
  }
  if (!Array.isArray(message)) throw new Error('an answer is neither a list nor a text')
  const [status, value] = message
  if (message.length === 1 && status === 'SHUTDOWN') return 'stopping'
  if (message.length !== 2 || value === undefined) throw new Error('an answer does not have two parts')
  if (status === 0) return { value }
  if (status !== 1 || !isPickleObject(value)) {
    throw new Error('an answer is neither a success nor an exception')
  }
  return refusal(value.class, value.args)
}

function refusal(className: string, args: readonly PickleValue[]): Fail2banRefused {
  const exception = className.slice(className.lastIndexOf('.') + 1)
  const details = args.map((arg) => printable(textOf(arg))).join(', ')
  const sentence =
    exception === 'UnknownJailException'
      ? `fail2ban has no jail called “${details}”.`
      : `fail2ban refused: ${exception}${details === '' ? '' : `: ${details}`}`
  return new Fail2banRefused(exception, sentence, args)
}

export const Pong = z.literal('pong')
export const Ok = z.literal('OK')
export const Text = z.string()
export const Flag = z.boolean()
export const Count = z.int().nonnegative()
/** -1 among them; a findtime of `1.5h` is a fraction in seconds of its own. */
export const Seconds = z.number()
export const DatabasePath = z.string().nullable()
export const Anything = z.custom<PickleValue>((value) => value !== undefined)
/** One entry asked about is answered with a number, several with a list. */
export const Verdicts = z.union([z.int().transform((one) => [one]), z.array(z.int())])

/** Lists of bans are long: one look at the whole instead of one check an element. */
const List = z.custom<PickleValue[]>(Array.isArray)

/** Addresses, or whatever else a jail bans. */
export const Entries = List.transform((entries) => entries.map((entry) => textOf(entry)))

/** A list of pairs of label and value, as `status` answers; labels are looked up, since their number and order vary. */
const Labelled = z.array(z.tuple([z.string(), Anything])).transform((pairs) => new Map(pairs))

export const JailList = Labelled.transform((labels) => labels.get('Jail list'))
  .pipe(z.string())
  .transform((list) => list.split(', ').filter((name) => name !== ''))

/** `status J short`, and what older servers answer instead: the same with the list of bans. */
export const JailReport = Labelled.transform((labels) => ({
  filter: labels.get('Filter'),
  actions: labels.get('Actions'),
}))
  .pipe(z.object({ filter: Labelled, actions: Labelled }))
  .transform(({ filter, actions }) => ({
    currentlyFailed: filter.get('Currently failed'),
    totalFailed: filter.get('Total failed'),
    currentlyBanned: actions.get('Currently banned'),
    totalBanned: actions.get('Total banned'),
    // A jail that reads systemd's journal has no files.
    sourceKind: filter.has('File list') ? 'files' : 'journal',
    sources: filter.get('File list') ?? filter.get('Journal matches') ?? [],
  }))
  .pipe(
    z.object({
      currentlyFailed: Count,
      totalFailed: Count,
      currentlyBanned: Count,
      totalBanned: Count,
      sourceKind: z.enum(['files', 'journal']),
      sources: Entries,
    }),
  )

/** Entries of an ignore list: text, or since 1.1.1 an object that stands for a file of them. */
export const IgnoreList = List.transform((entries) => entries.map(ignoreEntry))

function ignoreEntry(entry: PickleValue): string {
  const state = isPickleObject(entry) ? entry.state : undefined
  const fileName = state instanceof Map ? state.get('fileName') : undefined
  return fileName === undefined ? textOf(entry) : `file:${textOf(fileName)}`
}

/**
 * `IP SP TAB DATE TIME + BANTIME = DATE TIME`. What is banned may be text that an attacker chose, tabs included; so only
 * the end of the line is believed.
 */
const TIMED_BAN = /^(.*) \t[\d-]+ [\d:]+ \+ (-?\d+) = [\d-]+ [\d:]+$/s

export const TimedBans = Entries.transform((lines, context) =>
  lines.map((line) => {
    const [, ip = '', bantime] = TIMED_BAN.exec(line) ?? []
    if (bantime === undefined) context.addIssue('a ban comes without its time')
    return { ip, bantimeSeconds: Number(bantime) }
  }),
)

/** A setting of `bantime.…`; nothing where it is not set. Texts that were configured come as such. */
export const IncrementText = z
  .union([z.string(), z.number(), z.null()])
  .transform((value) => (value === null || value === '' ? undefined : String(value)))
export const IncrementSeconds = z.number().nullable()
export const IncrementFlag = z
  .union([z.boolean(), z.string(), z.number(), z.null()])
  .transform((value) => /^(?:true|1|on|yes)$/i.test(String(value)))
