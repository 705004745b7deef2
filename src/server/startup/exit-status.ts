/** What the exit statuses mean to whoever supervises the process; part of the public contract. */
export const EXIT = {
  stopped: 0,
  failed: 1,
  usage: 64,
  unavailable: 69,
  leaseHeld: 75,
  misconfigured: 78,
} as const
