import Capture from './capture.ts'
import Diff from './diff.ts'
import Doctor from './doctor.ts'
import Explain from './explain.ts'
import Faults from './faults.ts'
import type { CommandName } from './index.ts'
import Maps from './maps.ts'
import Watch from './watch.ts'

/** The commands themselves: what oclif's explicit discovery reads to make help and the manifest. */
export const COMMANDS = {
  capture: Capture,
  diff: Diff,
  doctor: Doctor,
  explain: Explain,
  maps: Maps,
  watch: Watch,
  faults: Faults,
} satisfies Record<CommandName, unknown>
