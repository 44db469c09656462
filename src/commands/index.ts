/**
 * Every command by its name (`:` between the words of one that has two), each loaded when it runs: a start reads the
 * code of one command only.
 */
export const COMMANDS = {
  maps: async () => (await import('./maps.ts')).default,
  ps: async () => (await import('./ps.ts')).default,
  faults: async () => (await import('./faults.ts')).default,
  thp: async () => (await import('./thp.ts')).default,
  dirty: async () => (await import('./dirty.ts')).default,
  overcommit: async () => (await import('./overcommit.ts')).default,
  doctor: async () => (await import('./doctor.ts')).default,
  explain: async () => (await import('./explain.ts')).default,
  capture: async () => (await import('./capture.ts')).default,
  diff: async () => (await import('./diff.ts')).default,
  watch: async () => (await import('./watch.ts')).default,
  check: async () => (await import('./check.ts')).default,
  'baseline:show': async () => (await import('./baseline/show.ts')).default,
  'baseline:update': async () => (await import('./baseline/update.ts')).default,
}

/** Names of the commands. */
export type CommandName = keyof typeof COMMANDS
