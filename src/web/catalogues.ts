/**
 * Features with a catalogue of their own: none of them is on the first screen. All else is in the catalogue `common`. Whatever
 * speaks from a catalogue waits for it, so nothing is ever shown without its words.
 */
export const OWN_CATALOGUES: readonly string[] = ['cluster', 'ip', 'jails', 'settings', 'setup', 'users']
