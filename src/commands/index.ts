/**
 * Every command by its name (`:` between the words of one that has two), each loaded when it runs: a start reads the
 * code of one command only.
 */
export const COMMANDS = {
  maps: async () => (await import('./maps.ts')).default,
  faults: async () => (await import('./faults.ts')).default,
  check: async () => (await import('./check.ts')).default,
  'baseline:update': async () => (await import('./baseline/update.ts')).default,
  'baseline:show': async () => (await import('./baseline/show.ts')).default,
}

/** Names of the commands. */
export type CommandName = keyof typeof COMMANDS
