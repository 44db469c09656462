import { hugePageSize } from '../analysis/thp/basis.ts'
import { thpHostReport } from '../analysis/thp/host-report.ts'
import { TYPICAL_RATES } from '../collectors/cost.ts'
import type { HostFacts } from '../collectors/host.ts'
import { scanOrder } from '../collectors/page-figures.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { collectThpHost, snapshotEvents } from '../collectors/thp-host.ts'
import { FailureError } from '../model/failure.ts'
import type { Trees } from '../sources/trees.ts'
import type { Asked, CaptureDepth } from './capture-plan.ts'
import { reportProcess } from './thp-process.ts'
import type { ThpRequest } from './thp-request.ts'

/**
 * Asks about every page of the processes: PAGEMAP_SCAN tells everybody what is in memory, in swap, of a file or huge;
 * for root the question of `thp --folios` has the page frames and their flags recorded, of the mappings that it is about.
 */
export function recordPages({ trees, host, pids, allowed }: Asked, { maxStallMs }: CaptureDepth): void {
  const thpHost = collectThpHost(trees, host.pageSize, true)
  const block = hugePageSize(thpHost.settings, host.pageSize)
  const events = { before: snapshotEvents(trees), after: null }
  const system = thpHostReport(thpHost, host.pageSize, block, events)
  for (const pid of pids) {
    const memory = recorded(trees, host, pid, allowed(pid))
    if (memory?.space == null) continue
    scanAll(trees, host, memory, maxStallMs)
    if (trees.asRoot)
      reportProcess(memory, null, { trees, host, system, block, request: FOLIOS, onPages: () => undefined })
  }
}

/** The process as it was recorded; reads nothing again. */
function recorded(trees: Trees, host: HostFacts, pid: number, maxStallMs: number): ProcessMemory | null {
  try {
    return collectProcess(trees, host, pid, { basic: false, wanted: 'all', maxStallMs, pageSize: host.pageSize })
  } catch (error) {
    if (!(error instanceof FailureError)) throw error
    return null
  }
}

function scanAll(trees: Trees, host: HostFacts, { pid, space }: ProcessMemory, maxStallMs: number): void {
  const order = space === null ? null : scanOrder(space.table, host.pageSize, maxStallMs, TYPICAL_RATES)
  const pinned = trees.proc.pin(String(pid))
  if (!pinned.ok) return
  using tree = pinned.value
  if (order !== null) tree.scanPages?.('pagemap', order)
}

const ALL = { fields: [], chosen: false, order: null, limit: null }

const FOLIOS: ThpRequest = {
  form: 'json',
  query: null,
  filter: {},
  processes: ALL,
  mappings: ALL,
  folios: true,
  zeros: false,
  counters: false,
  intervalMs: 0,
  maxStallMs: 0,
  worded: false,
}
