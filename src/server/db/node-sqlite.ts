import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'

const STATEMENTS_KEPT = 300

/**
 * Kysely's SQLite dialect on Node's own SQLite. Write-ahead log, so readers never wait for the writer; five seconds of
 * patience for another process's write. Transactions begin IMMEDIATE: one that reads and then writes must not find that
 * somebody wrote in between.
 */
export function nodeSqliteDialect(path: string): SqliteDialect {
  return new SqliteDialect({ database: () => Promise.resolve(open(path)) })
}

function open(path: string): SqliteDatabase {
  const sqlite = new DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: true })
  sqlite.exec('pragma journal_mode = wal')
  sqlite.exec('pragma synchronous = normal')
  sqlite.exec('pragma cache_size = -32768')
  const kept = new Map<string, SqliteStatement>()
  return {
    prepare(sql) {
      const known = kept.get(sql)
      if (known) return known
      if (kept.size >= STATEMENTS_KEPT) kept.clear()
      const statement = adapt(sqlite.prepare(sql === 'begin' ? 'begin immediate' : sql))
      kept.set(sql, statement)
      return statement
    },
    close: () => sqlite.close(),
  }
}

function adapt(statement: StatementSync): SqliteStatement {
  // Kysely passes what the typed query was built with: text, numbers, null.
  const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}
