import { Trans } from '@lingui/react/macro'
import { addressScope, parseIgnoreip } from '../../../shared/ip.ts'
import type { CallerAddress } from '../../../shared/setup.ts'
import { Banner } from '../../ui/banner.tsx'

/** What is special about the address that the server sees. */
export function AddressNotes({ seen: { address, proxy } }: { seen: CallerAddress }) {
  if (proxy === 'ignored') {
    return (
      <Banner tone="warn">
        <Trans>
          <strong>{address} is a proxy’s address, not yours.</strong> Your request says that it was forwarded,
          but BanGUI believes no proxy yet. Set TRUST_PROXY to the number of proxies in front of it and start
          it again; until then, enter your own address below.
        </Trans>
      </Banner>
    )
  }
  const parsed = parseIgnoreip(address)
  const scope = parsed.ok ? addressScope(parsed.entry) : undefined
  if (scope === 'loopback') {
    return (
      <Banner tone="info">
        <Trans>
          <strong>You are on this machine, or come through a tunnel.</strong> fail2ban ignores the machine’s
          own addresses by itself. If you also sign in from elsewhere, enter that address.
        </Trans>
      </Banner>
    )
  }
  if (scope === 'private') {
    return (
      <Banner tone="info">
        <Trans>
          <strong>{address} is in a private network.</strong> Ignoring it protects you there, but not when you
          sign in from elsewhere.
        </Trans>
      </Banner>
    )
  }
  return (
    <Banner tone="info">
      <Trans>
        Many providers hand out a new address now and then. If yours does, allow it again when it has changed.
      </Trans>
    </Banner>
  )
}
