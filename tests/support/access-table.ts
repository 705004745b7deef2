import type { Access, Endpoint } from '../../src/server/http/endpoint.ts'

const ROLES: readonly Access[] = ['public', 'viewer', 'operator', 'admin']

/** docs/access.md: who may do what, from the rule that each endpoint carries and the server enforces. */
export function accessMarkdown(endpoints: readonly Endpoint[]): string {
  const tags = [...new Set(endpoints.map(({ tag }) => tag))]
  const row = ({ method, path, summary, access }: Endpoint): string => {
    const least = ROLES.indexOf(access)
    const marks = ROLES.map((_role, index) => (index >= least ? '✓' : ' '))
    return `| ${summary} | \`${method.toUpperCase()} ${path}\` | ${marks.join(' | ')} |`
  }
  const sections = tags.map((tag) => {
    const rows = endpoints.filter((endpoint) => endpoint.tag === tag).map(row)
    return [
      `## ${tag}`,
      '',
      '| | Request | nobody | viewer | operator | admin |',
      '|---|---|:-:|:-:|:-:|:-:|',
      ...rows,
    ].join('\n')
  })
  return `# Who may do what

Everything that the API below \`/api/v1\` does, and for whom; pages do nothing beside it. “nobody” is whoever is not signed in. Each
endpoint carries its rule, the server enforces it, and a test asks every one of them in every role. This page is generated from the
list of endpoints by \`npm run docs\`; [security](security.md) says what it means.

${sections.join('\n\n')}
`
}
