import { countMappings, type MappingTable } from '../model/mapping-table.ts'
import type { Refusal } from '../model/provenance.ts'
import { parseQuickRollup, type WalkFigures } from '../parsers/quick-rollup.ts'
import { parseStatm } from '../parsers/statm.ts'
import type { FileTree } from '../sources/file-tree.ts'
import type { WalkRates } from './cost.ts'
import type { HostFacts } from './host.ts'
import { readPasses } from './passes.ts'
import type { FactSource, MappingFacts, Walk, WalkGap } from './process-facts.ts'
import { readParsed } from './reading.ts'
import { mappingFacts, SUMMED_KEYS, sumsOf } from './smaps-sums.ts'
import { measureRates, predictWalk, rollupHolds, type WalkKnown } from './walk-cost.ts'

/** What only the page tables and the list of mappings tell; `vanished` when the process ended meanwhile. */
export type SpaceFacts = { readonly walk: Walk; readonly space: MappingFacts } | 'vanished'

const UNKNOWN: MappingFacts = { mappings: Number.NaN, commit: Number.NaN }

/** The files that walk page tables, the cheaper one first. */
const WALKS = ['smaps_rollup', 'smaps'] as const

/**
 * Walks the page tables of one process after the other: smaps_rollup where the kernel has it (Linux 4.14), else smaps
 * summed, and neither where the process's own mmap calls would have to wait too long for it.
 */
export class PageWalker {
  readonly #host: HostFacts
  readonly #wanted: ReadonlySet<FactSource>
  readonly #maxStallMs: number
  /** Those of `WALKS` that may be there; the first is used. */
  #files: readonly (typeof WALKS)[number][]
  /** The first of them has been seen. */
  #seen = false
  #rates: WalkRates | null = null

  /** @param wanted `smaps_rollup` for the figures; `smaps` for the commit charge too, `maps` for the number of mappings. */
  constructor(host: HostFacts, wanted: ReadonlySet<FactSource>, maxStallMs: number) {
    this.#host = host
    this.#wanted = wanted
    this.#maxStallMs = maxStallMs
    this.#files = wanted.has('smaps') ? ['smaps'] : wanted.has('smaps_rollup') ? WALKS : []
  }

  /** @param known What predicts the cost of a walk. */
  read(tree: FileTree, known: WalkKnown): SpaceFacts {
    const walked = this.#walk(tree, known)
    if (walked === 'vanished') return walked
    const { table } = walked
    if (table !== null) return { walk: walked.walk, space: mappingFacts(table) }
    return { walk: walked.walk, space: this.#wanted.has('maps') ? this.#count(tree) : UNKNOWN }
  }

  #walk(tree: FileTree, known: WalkKnown): Walked | 'vanished' {
    if (!WALKS.some((file) => this.#wanted.has(file))) return unwalked({ why: 'not-asked' })
    const stallMs = this.#predictedStall(tree, known)
    if (stallMs > this.#maxStallMs) return unwalked({ why: 'too-costly', stallMs })
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const read = file === 'smaps_rollup' ? readRollup(tree) : this.#readSmaps(tree)
      this.#seen ||= read !== 'gone'
      if (read !== 'gone') return read
      if (this.#seen || !isAlive(tree)) return 'vanished'
      // The process is there and the file is not.
      this.#files = this.#files.slice(1)
    }
    return unwalked({ why: 'not-offered' })
  }

  #predictedStall(tree: FileTree, known: WalkKnown): number {
    const { pageSize, kernel } = this.#host
    const rates = (): WalkRates => {
      this.#rates ??= measureRates()
      return this.#rates
    }
    const holds = this.#files[0] === 'smaps' ? 'smaps' : rollupHolds(kernel)
    return predictWalk(tree, known, { pageSize, maxStallMs: this.#maxStallMs, rates, holds }).stallMs
  }

  #readSmaps(tree: FileTree): Walked | 'gone' {
    const passes = readPasses(tree, 'smaps', { wanted: SUMMED_KEYS, pageSize: this.#host.pageSize })
    if (!passes.ok) return refused(passes.refusal)
    const { table, consistency } = passes
    // An address space without mappings is one that has been given up.
    if (table.length === 0) return 'gone'
    return { walk: walkedBy('smaps', sumsOf(table)), table: consistency === null ? null : table }
  }

  /** Unknown where the mappings kept changing while they were read. */
  #count(tree: FileTree): MappingFacts {
    const passes = readPasses(tree, 'maps', { wanted: new Set(), pageSize: this.#host.pageSize })
    return passes.ok && passes.consistency !== null ? { ...UNKNOWN, mappings: countMappings(passes.table) } : UNKNOWN
  }
}

interface Walked {
  readonly walk: Walk
  /** The mappings, where they were read and are one moment's. */
  readonly table: MappingTable | null
}

function walkedBy(source: (typeof WALKS)[number], figures: WalkFigures): Walk {
  return { source, figures, gap: null }
}

function unwalked(gap: WalkGap): Walked {
  return { walk: { source: null, figures: null, gap }, table: null }
}

function refused({ reason, errno }: Refusal): Walked | 'gone' {
  if (reason === 'gone') return 'gone'
  return unwalked(reason === 'denied' ? { why: 'denied' } : { why: 'failed', errno: errno || reason })
}

function readRollup(tree: FileTree): Walked | 'gone' {
  const read = tree.read('smaps_rollup')
  return read.ok ? { walk: walkedBy('smaps_rollup', parseQuickRollup(read.value)), table: null } : refused(read.refusal)
}

/** A process that has ended has no address space any more, even while its directory is held. */
function isAlive(tree: FileTree): boolean {
  const statm = readParsed(tree, 'statm', parseStatm)
  return statm !== null && statm.size > 0
}
