import { fixLines, type Catalogue } from './catalogue-entry.ts'

/** What BanGUI reaches over the network, and how it is reached. */
export const NETWORK: Catalogue<
  | 'unreachable'
  | 'redis-refused'
  | 'redis-of-another'
  | 'redis-unclaimed'
  | 'evicts'
  | 'evicts-refused'
  | 'not-kept'
  | 'apart'
  | 'unknown-proxy'
  | 'proxy-missing'
  | 'address-silent'
  | 'address-of-another'
  | 'plain-http'
> = {
  unreachable: {
    title: 'Redis cannot be reached',
    found: ({ detail }) => detail,
    why: 'It does not run, REDIS_URL names another place, or a firewall or network of containers is in between. Until it is back nobody can sign in.',
    lines: (_, fix) => [
      ...fixLines(fix),
      '# from where BanGUI runs, with the host of REDIS_URL; in compose that is the name of the service',
      'REDIS_URL=redis://:PASSWORD@redis:6379/0',
    ],
    example: {
      finding: { cause: 'unreachable', detail: 'connect ECONNREFUSED 127.0.0.1:6379' },
      fix: { kind: 'command', command: 'redis-cli ping' },
    },
  },
  'redis-refused': {
    title: 'BanGUI cannot work with this Redis',
    found: ({ detail }) => detail,
    why: 'BanGUI does not start with it (status 78), as no waiting would help.',
    lines: () => [
      '# user and password as Redis has them; special characters percent-encoded',
      'REDIS_URL=redis://USER:PASSWORD@redis:6379/0',
      '# or in a file',
      'REDIS_URL_FILE=/run/secrets/redis_url',
    ],
    example: {
      finding: {
        cause: 'redis-refused',
        detail:
          'Redis refuses the user or password of REDIS_URL. Correct REDIS_URL (or the file that REDIS_URL_FILE names).',
      },
    },
  },
  'redis-of-another': {
    title: 'The Redis belongs to another installation',
    found: ({ theirs, ours }) => `It belongs to the installation ${theirs}, and this database to ${ours}.`,
    why: 'A Redis, or a numbered database of it, belongs to one database of BanGUI: two would mix their sessions and agents. BanGUI does not start with it (status 78).',
    lines: () => [
      '# another number at the end for each installation',
      'REDIS_URL=redis://:PASSWORD@redis:6379/1',
      '# or, where the other one is no more and the database is a new or a restored one',
      "redis-cli del '{bangui}:cluster'",
    ],
    example: { finding: { cause: 'redis-of-another', theirs: '1f0c2b3a', ours: '77aa88bb' } },
  },
  'redis-unclaimed': {
    title: 'The Redis belongs to nobody yet',
    found: () => 'No BanGUI with the role web or jobs has used it.',
    why: 'An agent alone has no database, and waits for a process that says to which installation the Redis belongs.',
    lines: () => ['# somewhere, with the same Redis', 'BANGUI_ROLES=web,jobs', 'bangui start'],
    example: { finding: { cause: 'redis-unclaimed' } },
  },
  evicts: {
    title: 'Redis throws keys away',
    found: ({ policy }) => `Its maxmemory-policy is ${policy}, and BANGUI_ALLOW_EVICTION=1 accepts that.`,
    why: 'When its memory is full, people are signed out and jobs are lost without a word.',
    lines: (_, fix) => [...fixLines(fix), '# and in redis.conf', 'maxmemory-policy noeviction'],
    example: {
      finding: { cause: 'evicts', policy: 'allkeys-lru' },
      fix: { kind: 'command', command: 'redis-cli config set maxmemory-policy noeviction' },
    },
  },
  'evicts-refused': {
    title: 'Redis throws keys away, and BanGUI does not start with it',
    found: ({ policy }) => `Its maxmemory-policy is ${policy}.`,
    why: 'When its memory is full, people would be signed out and jobs lost without a word. BanGUI refuses such a Redis (status 78).',
    lines: () => [
      'redis-cli config set maxmemory-policy noeviction',
      '# and in redis.conf',
      'maxmemory-policy noeviction',
      '# or accept it',
      'BANGUI_ALLOW_EVICTION=1',
    ],
    example: { finding: { cause: 'evicts-refused', policy: 'allkeys-lru' } },
  },
  'not-kept': {
    title: 'Redis keeps nothing on disk',
    found: () => 'It has neither an append-only file nor has it saved a snapshot.',
    why: 'When it restarts, everybody has to sign in again. Nothing else is lost.',
    lines: (_, fix) => [...fixLines(fix), '# and in redis.conf', 'appendonly yes'],
    example: {
      finding: { cause: 'not-kept' },
      fix: { kind: 'command', command: 'redis-cli config set appendonly yes' },
    },
  },
  apart: {
    title: 'The clocks of Redis and of this machine differ',
    found: ({ skewMs }) =>
      `The clock of this machine is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} that of Redis.`,
    why: 'Leases, limits and ages go by the clock of Redis, background jobs by that of each machine: beyond 10 s this one runs none.',
    lines: (_, fix) => ['# on both machines', ...fixLines(fix), 'timedatectl status'],
    example: {
      finding: { cause: 'apart', skewMs: 42_000 },
      fix: { kind: 'command', command: 'timedatectl set-ntp true' },
    },
  },
  'unknown-proxy': {
    title: 'Requests come through a proxy that BanGUI was not told about',
    found: () => 'They carry X-Forwarded-For, and TRUST_PROXY does not name the one that sends it.',
    why: 'Everybody behind that proxy counts as one client: one who fails to sign in locks out all, and the log names the proxy, so that fail2ban would ban it.',
    lines: () => [
      '# the number of proxies in front, or their networks',
      'TRUST_PROXY=1',
      'PUBLIC_URL=https://bangui.example.org/',
    ],
    example: { finding: { cause: 'unknown-proxy' } },
  },
  'proxy-missing': {
    title: 'Requests come past the proxy, or it does not say for whom it asks',
    found: () => 'TRUST_PROXY tells of a proxy, and a request came without X-Forwarded-For.',
    why: 'A proxy that sends no X-Forwarded-For makes all its clients one. Where clients reach BanGUI past the proxy, a number in TRUST_PROXY lets them choose their own address.',
    lines: () => [
      '# Caddy sends it by itself; nginx.conf',
      'proxy_set_header X-Forwarded-For $remote_addr;',
      'proxy_set_header X-Forwarded-Proto $scheme;',
      '# nobody but the proxy on this machine reaches it',
      'HOST=127.0.0.1',
      '# there is no proxy',
      'TRUST_PROXY=',
    ],
    example: { finding: { cause: 'proxy-missing' } },
  },
  'address-silent': {
    title: 'PUBLIC_URL does not answer',
    found: ({ url, detail }) => `${url} does not answer from here: ${detail}.`,
    why: 'The proxy does not run, the name leads elsewhere, its certificate is not trusted here, or this machine may not reach it from inside. Browsers elsewhere may see something else.',
    lines: ({ url }) => [
      `curl -sv ${url}readyz`,
      '# the address as it stands in the browser, with the base path',
      'PUBLIC_URL=https://bangui.example.org/',
      '# a certificate of an authority of your own',
      'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/own-authority.pem',
    ],
    example: {
      finding: {
        cause: 'address-silent',
        url: 'https://bangui.example.org/',
        detail: 'getaddrinfo ENOTFOUND bangui.example.org',
      },
    },
  },
  'address-of-another': {
    title: 'PUBLIC_URL leads to something else',
    found: ({ url }) => `${url} answers, and is not this installation.`,
    why: 'The proxy hands it to another program or another BanGUI, or its base path is not that of PUBLIC_URL. Cookies and redirects are then for a place that is not this one.',
    lines: ({ url }) => [
      `curl -s ${url}readyz`,
      '# with the base path that the proxy hands on unchanged',
      'PUBLIC_URL=https://example.org/bangui/',
    ],
    example: { finding: { cause: 'address-of-another', url: 'https://bangui.example.org/' } },
  },
  'plain-http': {
    title: 'BanGUI is reached over plain http',
    found: () => 'It listens for other machines, and no https address is set.',
    why: 'Passwords and cookies can be read on the way. A proxy with a certificate is known to BanGUI by PUBLIC_URL alone.',
    lines: (_, fix) => [
      '# a proxy in front (docker/Caddyfile has one with automatic certificates), and',
      ...fixLines(fix),
      'TRUST_PROXY=1',
      '# or for this machine alone',
      'HOST=127.0.0.1',
    ],
    example: {
      finding: { cause: 'plain-http' },
      fix: { kind: 'setting', name: 'PUBLIC_URL', value: 'https://bangui.example.org' },
    },
  },
}
