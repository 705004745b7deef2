import { useQuery } from '@tanstack/react-query'
import type { IpReport } from '../../../shared/event.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { settingsQuery } from '../settings/settings.queries.ts'

export interface LookupLink {
  readonly name: string
  readonly href: string
}

/** Nobody else knows anything of these. */
const OURS_ALONE = new Set<IpReport['scope']>(['private', 'loopback', 'link-local'])

/** Services elsewhere that know something of an address; none where somebody does not want to tell them of it. */
export function useLookupLinks(): (ip: string, scope?: IpReport['scope']) => readonly LookupLink[] {
  const { lookupLinks } = usePreferences()
  const { data: settings } = useQuery(settingsQuery)
  const isWanted = lookupLinks && (settings?.lookupLinks.value ?? true)
  return (ip, scope = 'public') => (isWanted && !OURS_ALONE.has(scope) ? linksTo(ip) : [])
}

function linksTo(ip: string): LookupLink[] {
  const isNetwork = ip.includes('/')
  const text = encodeURIComponent(ip)
  const abuse = isNetwork ? `check-block/${ip}` : `check/${text}`
  const shodan = isNetwork ? `search?query=net%3A${text}` : `host/${text}`
  const greyNoise = isNetwork ? `query/${text}` : `ip/${text}`
  return [
    { name: 'Whois (RDAP)', href: `https://client.rdap.org/?type=ip&object=${text}` },
    { name: 'AbuseIPDB', href: `https://www.abuseipdb.com/${abuse}` },
    { name: 'Shodan', href: `https://www.shodan.io/${shodan}` },
    { name: 'GreyNoise', href: `https://viz.greynoise.io/${greyNoise}` },
  ]
}
