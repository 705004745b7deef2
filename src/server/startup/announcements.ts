import type { Logger } from '../lib/logger.ts'

/** Where the console is, for a person who reads the log. */
export function addressLine(
  listen: { host: string; port: number },
  publicUrl: { origin: string; basePath: string } | undefined,
): string {
  const shown = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  return `ready: ${publicUrl ? publicUrl.origin + publicUrl.basePath : `http://${shown}:${listen.port}/`}`
}

/** What is to be done before anybody can sign in. */
export function announceAccounts(
  log: Logger,
  accounts: { setupRequired: boolean; setupToken: string | undefined; createdAdmin: string | undefined },
  options: { hasConfiguredToken: boolean },
): void {
  if (accounts.createdAdmin !== undefined) {
    log.info({ username: accounts.createdAdmin }, 'created the first administrator from the settings')
  }
  if (accounts.setupToken !== undefined) {
    log.warn(
      `Nobody can sign in yet. Open the console and create the administrator with this setup token: ${accounts.setupToken}`,
    )
  } else if (accounts.setupRequired) {
    const which = options.hasConfiguredToken ? 'of BANGUI_SETUP_TOKEN' : 'printed at the first start'
    log.warn(
      `Nobody can sign in yet. Open the console and create the administrator with the setup token ${which}. Is it lost, choose another with BANGUI_SETUP_TOKEN and start again.`,
    )
  }
}
