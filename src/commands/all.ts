import BaselineShow from './baseline/show.ts'
import BaselineUpdate from './baseline/update.ts'
import Check from './check.ts'
import Faults from './faults.ts'
import type { CommandName } from './index.ts'
import Maps from './maps.ts'

/** The commands themselves: what oclif's explicit discovery reads to make help and the manifest. */
export const COMMANDS = {
  maps: Maps,
  faults: Faults,
  check: Check,
  'baseline:update': BaselineUpdate,
  'baseline:show': BaselineShow,
} satisfies Record<CommandName, unknown>
