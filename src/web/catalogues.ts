/**
 * Features whose words come in the second catalogue: none of them is on the first screen. Whatever speaks from it waits for it,
 * so nothing is ever shown without its words.
 */
export const LATER_FEATURES: readonly string[] = [
  'cluster',
  'find',
  'ip',
  'jails',
  'settings',
  'setup',
  'users',
]
