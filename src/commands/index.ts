/**
 * Every command by its name (`:` between the words of one that has two), each loaded when it runs: a start reads the
 * code of one command only.
 */
export const COMMANDS = {
  maps: async () => (await import('./maps.ts')).default,
  faults: async () => (await import('./faults.ts')).default,
  ps: async () => (await import('./ps.ts')).default,
}

/** Names of the commands. */
export type CommandName = keyof typeof COMMANDS
