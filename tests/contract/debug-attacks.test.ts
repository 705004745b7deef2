import { expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFail2ban } from '../support/fail2ban-server.ts'
import { waitFor } from '../support/wait-for.ts'

const DEBUG = join(import.meta.dirname, '../../docker/debug')

it('the attacks of compose.debug.yml are banned by a real fail2ban with the jail of compose.debug.yml', async () => {
  const jail = readFileSync(join(DEBUG, 'jail.local'), 'utf8')
    .replace('/attacks/auth.log', '%(root)s/log/extra.log')
    .replace('action = dummy', 'action = dummy[target=%(root)s/actions.log]')
  await using stack = new AsyncDisposableStack()
  const fail2ban = await startFail2ban({ extraJails: jail, stockActions: ['dummy'] })
  stack.defer(() => fail2ban.stop())
  const log = join(fail2ban.root, 'log/extra.log')
  const attacker = spawn('/bin/sh', [join(DEBUG, 'replay-attacks.sh'), log, '0.1'], { stdio: 'ignore' })
  stack.defer(async () => {
    attacker.kill('SIGTERM')
    await once(attacker, 'exit')
  })

  // The first two addresses of the script.
  for (const address of ['203.0.113.38', '203.0.113.75']) {
    await waitFor(() => fail2ban.actionLog().includes(`+${address}\n`), {
      what: `a ban of ${address}`,
      timeoutMs: 20_000,
    })
  }
  expect(await fail2ban.client('status', 'sshd')).toContain('203.0.113.38')
}, 60_000)
