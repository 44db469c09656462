import Dirty from './dirty.ts'
import Faults from './faults.ts'
import type { CommandName } from './index.ts'
import Maps from './maps.ts'

/** The commands themselves: what oclif's explicit discovery reads to make help and the manifest. */
export const COMMANDS = { maps: Maps, dirty: Dirty, faults: Faults } satisfies Record<CommandName, unknown>
