import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Writes to the database named by its argument without end: each transaction puts the next number into two tables, `left_half`
 * first, and says it on standard output once it is committed.
 */
const database = new DatabaseSync(process.argv[2] ?? '', { timeout: 10_000 })
for (const table of ['left_half', 'right_half']) {
  database.exec(`create table ${table} (number integer primary key, ballast text not null)`)
}
const [left, right] = ['left_half', 'right_half'].map((table) =>
  database.prepare(`insert into ${table} values (?, ?)`),
)
const ballast = 'x'.repeat(1_500)
for (let number = 1; ; number += 1) {
  database.exec('begin immediate')
  left?.run(number, ballast)
  right?.run(number, ballast)
  database.exec('commit')
  process.stdout.write(`${number}\n`)
  // The consoles have something to write, too.
  await pause(1)
}
