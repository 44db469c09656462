import BaselineShow from './baseline/show.ts'
import BaselineUpdate from './baseline/update.ts'
import Capture from './capture.ts'
import Check from './check.ts'
import Diff from './diff.ts'
import Dirty from './dirty.ts'
import Doctor from './doctor.ts'
import Explain from './explain.ts'
import Faults from './faults.ts'
import type { CommandName } from './index.ts'
import Maps from './maps.ts'
import Overcommit from './overcommit.ts'
import Ps from './ps.ts'
import Thp from './thp.ts'
import Watch from './watch.ts'

/** The commands themselves: what oclif's explicit discovery reads to make help and the manifest. */
export const COMMANDS = {
  maps: Maps,
  ps: Ps,
  faults: Faults,
  thp: Thp,
  dirty: Dirty,
  overcommit: Overcommit,
  doctor: Doctor,
  explain: Explain,
  capture: Capture,
  diff: Diff,
  watch: Watch,
  check: Check,
  'baseline:show': BaselineShow,
  'baseline:update': BaselineUpdate,
} satisfies Record<CommandName, unknown>
