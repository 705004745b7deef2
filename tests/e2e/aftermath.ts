import type { BrowserContext, Page, Request, TestInfo } from '@playwright/test'
import type { Machine } from './console.ts'

const LAST_LINES = 25

/** Tells how things stood when a test failed, which on a machine far away cannot be looked up any more. */
export function watchForAftermath(
  context: BrowserContext,
): (test: TestInfo, machines: Iterable<Machine>) => Promise<void> {
  const unanswered = new Map<Request, number>()
  context.on('request', (request) => unanswered.set(request, Date.now()))
  context.on('requestfinished', (request) => unanswered.delete(request))
  context.on('requestfailed', (request) => unanswered.delete(request))
  return async (test, machines) => {
    if (test.status === test.expectedStatus) return
    const waiting = [...unanswered].map(
      ([request, since]) => `${request.method()} ${request.url()} for ${Date.now() - since} ms`,
    )
    const logs = [...machines].flatMap((machine) => [
      `fail2ban's log:\n${lastLines(machine.fail2ban.log())}`,
      `the console's log:\n${lastLines(machine.log())}`,
    ])
    console.error(
      [
        `── how things stood when "${test.title}" failed`,
        ...(await Promise.all(context.pages().map(seen))),
        `waiting for: ${waiting.join(', ') || 'nothing'}`,
        ...logs,
        '──',
      ].join('\n'),
    )
  }
}

async function seen(page: Page): Promise<string> {
  const tree = page.locator('body').ariaSnapshot({ timeout: 2_000 })
  return `at ${page.url()}:\n${await tree.catch(String)}`
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n')
}
