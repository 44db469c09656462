import { hugePageSize } from '../analysis/thp/basis.ts'
import { thpHostReport } from '../analysis/thp/host-report.ts'
import { hugeList } from '../analysis/thp/process-list.ts'
import { isSample, isScan } from '../analysis/thp/process-report.ts'
import type { ThpProcessReport, ThpReport, TlbCounters } from '../analysis/thp/report.ts'
import { missingReason } from '../analysis/totals.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { targetArgs } from '../cli/flags.ts'
import { noPermission } from '../cli/no-permission.ts'
import { pause } from '../cli/pause.ts'
import { Progress } from '../cli/progress.ts'
import { stallLimit } from '../cli/subject.ts'
import { thpFlags } from '../cli/thp-flags.ts'
import { reportProcess } from '../cli/thp-process.ts'
import { type ThpRequest, thpRequest } from '../cli/thp-request.ts'
import { showThp } from '../cli/thp-view.ts'
import { collectHost, type HostFacts } from '../collectors/host.ts'
import { collectProcess, type ProcessMemory } from '../collectors/process.ts'
import { resolveTargets, type TargetQuery } from '../collectors/targets.ts'
import { collectThpHost, type EventSnapshot, snapshotEvents } from '../collectors/thp-host.ts'
import { scanHugeUse } from '../collectors/thp-processes.ts'
import { FailureError } from '../model/failure.ts'
import { depthLine } from '../output/maps-footer.ts'
import type { SetFailure } from '../output/maps-json.ts'
import { MAPPING_FIELDS } from '../output/thp-mapping-fields.ts'
import { PROCESS_FIELDS } from '../output/thp-process-fields.ts'
import { folioRefusalText, zeroRefusalText } from '../output/thp-process-lines.ts'
import type { Trees } from '../sources/trees.ts'

/** Fields of smaps that decide about huge pages. */
const WANTED = new Set([
  'Rss',
  'Anonymous',
  'AnonHugePages',
  'ShmemPmdMapped',
  'FilePmdMapped',
  'Shared_Clean',
  'Shared_Dirty',
  'Shared_Hugetlb',
  'Private_Hugetlb',
  'Swap',
  'KSM',
  'MMUPageSize',
  'THPeligible',
])

/** A process as read, before the host's counters were read a second time. */
interface Gathered {
  readonly memory: ProcessMemory
  readonly counters: TlbCounters | null
}

export default class Thp extends BaseCommand {
  static override id = 'thp'

  static override summary = 'Show what memory is in huge pages, what could be, and why it is not.'

  static override description = [
    'Without a TARGET: the host’s switches for huge pages with what each means in effect, the hugetlb pools, the kernel’s counters as rates, how fragmented memory is, and the processes that have most huge memory, or could have.',
    'With a TARGET: how much of the process is huge and by what size, and of every mapping that is not, the reason, what would mend it and what that would bring.',
    'Reading smaps makes the process’s own mmap calls wait (page faults do not). The wait is predicted first, and above --max-stall pages are looked at in short steps instead (PAGEMAP_SCAN), or only maps is read; of the host’s processes smaps_rollup is read, with the same limit.',
    `Columns of processes: ${PROCESS_FIELDS.map(({ name }) => name).join(', ')}. Of mappings: ${MAPPING_FIELDS.map(({ name }) => name).join(', ')}.`,
  ].join('\n\n')

  static override examples = [
    { description: 'The host', command: '<%= config.bin %> thp' },
    { description: 'Why a process is not huge', command: '<%= config.bin %> thp postgres --all --children' },
    { description: 'Large folios of every size', command: 'sudo <%= config.bin %> thp 1234 --folios' },
    { description: 'Whether its huge pages are used', command: '<%= config.bin %> thp 1234 --zeros' },
    { description: 'For a program', command: '<%= config.bin %> thp 1234 --json' },
  ]

  static override usage = 'thp [TARGET...] [FLAGS]'
  static override args = targetArgs
  static override flags = thpFlags

  #status: ExitStatus = EXIT.ok
  readonly #failures: SetFailure[] = []

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Thp)
    const { trees, words } = await this.openSubject(args.target ?? [], flags)
    const asked = thpRequest(words, flags)
    // What was captured is one moment.
    const request = {
      ...asked,
      maxStallMs: stallLimit(trees, asked.maxStallMs),
      intervalMs: trees.capture === null ? asked.intervalMs : 0,
    }
    const host = collectHost(trees)
    const report = await this.#report(trees, host, request, new Progress(this.io, flags.quiet, progressNoun(request)))
    for (const { process } of report.processes) {
      if (process.memory.space === null) this.#failed(noPermission(process.memory, trees))
    }
    for (const entry of report.processes) this.#checkLooks(entry, request)
    showThp(report, request, { io: this.io, tool: this.tool, flags, failures: this.#failures })
    return this.#status
  }

  async #report(trees: Trees, host: HostFacts, request: ThpRequest, progress: Progress): Promise<ThpReport> {
    const { query, maxStallMs } = request
    const thpHost = collectThpHost(trees, host.pageSize, query === null)
    const block = hugePageSize(thpHost.settings, host.pageSize)
    const before = snapshotEvents(trees)
    const scan = query === null ? scanHugeUse(trees, host, { block, maxStallMs, onProgress: progress.update }) : null
    progress.done()
    const gathered = query === null ? [] : await this.#gather(trees, host, query, request, progress)
    const after = await this.#later(trees, before, request.intervalMs)
    const system = thpHostReport(thpHost, host.pageSize, block, { before, after })
    const looking = new Progress(this.io, !request.worded, 'pages')
    const world = { trees, host, system, block, request, onPages: looking.update }
    const processes: ThpProcessReport[] = gathered.map(({ memory, counters }) => reportProcess(memory, counters, world))
    looking.done()
    return {
      host,
      block,
      system,
      list: scan === null ? null : hugeList(scan, system.meminfo, system.pools),
      processes,
      provenance: trees.ledger.take(),
    }
  }

  /** The counters a second time, once the interval has passed; what was read meanwhile counts towards it. */
  async #later(trees: Trees, before: EventSnapshot, intervalMs: number): Promise<EventSnapshot | null> {
    if (intervalMs === 0) return null
    const left = intervalMs - (performance.now() - before.at)
    if (left > 0 && !(await pause(left))) this.#status = EXIT.interrupted
    return snapshotEvents(trees)
  }

  /** The processes that can be read; of several, one that cannot does not keep the others back. */
  async #gather(
    trees: Trees,
    host: HostFacts,
    query: TargetQuery,
    request: ThpRequest,
    progress: Progress,
  ): Promise<readonly Gathered[]> {
    const { pids, self } = resolveTargets(trees, query)
    if (self !== null && request.worded) this.io.stderr.write(`self is process ${self}\n`)
    const { maxStallMs } = request
    const depth = { basic: false, pages: true, maxStallMs, wanted: WANTED, pageSize: host.pageSize }
    const gathered: Gathered[] = []
    for (const pid of pids) {
      try {
        const memory = collectProcess(trees, host, pid, { ...depth, onProgress: progress.update })
        progress.done()
        this.#checkDepth(memory, request)
        gathered.push({ memory, counters: await this.#count(trees, pid, request) })
      } catch (error) {
        if (pids.length === 1) throw error
        this.#failed(error as Error)
      }
    }
    return gathered
  }

  async #count(trees: Trees, pid: number, request: ThpRequest): Promise<TlbCounters | null> {
    if (!request.counters) return null
    // Loaded here: it runs a program, which no other part of the report does.
    const { countTlbMisses } = await import('../cli/thp-counters.ts')
    return countTlbMisses(trees, pid, request.intervalMs, this.io.env as NodeJS.ProcessEnv)
  }

  /** Tells, where the text itself does not, that figures are missing; and refuses what cannot be answered without them. */
  #checkDepth(memory: ProcessMemory, request: ThpRequest): void {
    const { space, pid } = memory
    if (space === null || space.depth === 'smaps') return
    const reason = depthLine(space) ?? missingReason(memory)
    if (space.depth === 'maps' && request.filter.minRss !== undefined) {
      throw new FailureError({ code: 'figures-not-read', pid, flag: '--min-rss', reason })
    }
    if (!request.worded) this.io.stderr.write(`${this.config.bin}: process ${pid}: ${reason}\n`)
  }

  /** What was asked for by a flag and refused is a part of the answer that is missing. */
  #checkLooks({ process: { folios, zeros, memory }, counters }: ThpProcessReport, request: ThpRequest): void {
    const missing = [
      ...(request.folios === true && folios !== 'not-asked' && !isScan(folios) ? [folioRefusalText(folios)] : []),
      ...(zeros !== 'not-asked' && !isSample(zeros) ? [zeroRefusalText(zeros)] : []),
      ...(counters !== null && Number.isNaN(counters.walksPer1000.value) ? [counters.walksPer1000.how] : []),
    ]
    if (missing.length > 0) this.#status = EXIT.noAnswer
    if (request.worded) return
    for (const reason of missing) this.io.stderr.write(`${this.config.bin}: process ${memory.pid}: ${reason}\n`)
  }

  #failed(error: Error): void {
    const { exit, code, message } = this.complain(error)
    this.#status = exit
    this.#failures.push({ code, message })
  }
}

/** What is counted while it is read. */
function progressNoun({ query }: ThpRequest): string {
  return query === null ? 'processes' : 'mappings'
}
