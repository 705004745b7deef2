import { execFileSync } from 'node:child_process'

/** Runs a script in the Python that fail2ban uses: JSON in on standard input, JSON out on standard output. */
export function runPython(script: string, input: unknown): unknown {
  const output = execFileSync('/usr/bin/python3', ['-c', script], {
    input: JSON.stringify(input),
    maxBuffer: 256 << 20,
    // What it says besides is part of the error when it fails, and of nobody's interest otherwise.
    stdio: 'pipe',
  })
  return JSON.parse(output.toString('utf8'))
}
