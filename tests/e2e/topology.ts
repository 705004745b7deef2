/** The whole of compose.prod.yml stands behind the browser, instead of one process: `npm run test:e2e:production`. */
export const IS_PRODUCTION = process.env['BANGUI_TOPOLOGY'] === 'production'

/** What by its nature needs another topology, with the reason. Keys begin as Playwright names tests: file, then titles. */
const NOT_IN_PRODUCTION = {
  'base-path.spec.ts': 'chooses a base path of its own, without TLS; here every spec has one',
  'cluster.spec.ts with two workers on one Redis': 'kills the workers of one start; replicas have none',
  'health.spec.ts the health page shows the process that serves':
    'here the roles are apart: production.spec.ts',
  'plug.spec.ts the plug of two workers on one Redis': 'kills all workers of one start, who share its port',
  'users.spec.ts with two workers on one Redis': 'here every spec has several processes on one Redis',
  'kit.spec.ts': 'looks at the kit of components, which has no server of ours',
} as const
const ONLY_IN_PRODUCTION = { 'production.spec.ts': 'counts its processes and kills them' } as const

/** Tests that are left out, for Playwright. */
export const LEFT_OUT = new RegExp(
  Object.keys(IS_PRODUCTION ? NOT_IN_PRODUCTION : ONLY_IN_PRODUCTION)
    .map((name) => name.replaceAll(/[.+*?^$()[\]{}|\\]/g, '\\$&'))
    .join('|'),
)
