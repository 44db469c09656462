import Faults from './faults.ts'
import type { CommandName } from './index.ts'
import Maps from './maps.ts'
import Ps from './ps.ts'

/** The commands themselves: what oclif's explicit discovery reads to make help and the manifest. */
export const COMMANDS = { maps: Maps, faults: Faults, ps: Ps } satisfies Record<CommandName, unknown>
