import type { Ability } from '../../model/ability.ts'
import { frameOf, isPresent } from '../../parsers/pagemap.ts'
import { halvesOf, WORD_BYTES } from '../../parsers/words.ts'
import type { SoftDirtyTrial } from '../../runners/trial-process.ts'
import { tryCachestat, tryPagemapScan, tryProcmapQuery } from '../../sources/memory-ioctls.ts'
import type { Trees } from '../../sources/trees.ts'
import { openFile } from '../reading.ts'
import { ability, callAbility, refusalText, stateOf } from './trying.ts'

/** Pages at the beginning of a mapping of ours, one of which will be present. */
const TRIED_PAGES = 512

/** What can be learned of single pages. */
export function pageAbilities(trees: Trees, pageSize: number, softDirty: SoftDirtyTrial | null): readonly Ability[] {
  return [
    pageFrames(trees, pageSize),
    frameFlags(trees),
    callAbility('cachestat', 'cachestat of a file of ours', tryCachestat()),
    callAbility('pagemap-scan', 'PAGEMAP_SCAN of our own pages', tryPagemapScan()),
    callAbility('procmap-query', 'PROCMAP_QUERY of our own mappings', tryProcmapQuery()),
    softDirtyAbility(softDirty),
  ]
}

function pageFrames(trees: Trees, pageSize: number): Ability {
  const opened = openFile(trees.reader, 'pagemap')
  if (!opened.ok) return ability('page-frames', stateOf(opened.refusal), refusalText(opened.refusal))
  using pagemap = opened.value
  const maps = trees.reader.read('maps')
  const start = maps.ok ? Number.parseInt(maps.value.toString('latin1'), 16) : Number.NaN
  const words = new Uint8Array(TRIED_PAGES * WORD_BYTES)
  const read = pagemap.readAt(Number.isNaN(start) ? 0 : (start / pageSize) * WORD_BYTES, words)
  if (!read.ok) return ability('page-frames', stateOf(read.refusal), refusalText(read.refusal))
  const halves = halvesOf(words)
  const pages = Array.from({ length: Math.floor(read.value / WORD_BYTES) }, (_, index) => index)
  const present = pages.filter((index) => isPresent(halves, index))
  if (present.length === 0) return ability('page-frames', 'untried', 'none of our first pages is present')
  const frames = present.filter((index) => frameOf(halves, index) !== 0)
  return frames.length > 0
    ? ability('page-frames', 'works', 'pagemap of mmapctl itself names page frames')
    : ability('page-frames', 'refused', 'pagemap of mmapctl itself has 0 for every page frame')
}

function frameFlags(trees: Trees): Ability {
  const opened = openFile(trees.proc, 'kpageflags')
  if (!opened.ok) return ability('frame-flags', stateOf(opened.refusal), refusalText(opened.refusal))
  using flags = opened.value
  const read = flags.readAt(0, new Uint8Array(WORD_BYTES))
  if (!read.ok) return ability('frame-flags', stateOf(read.refusal), refusalText(read.refusal))
  return ability('frame-flags', 'works', 'kpageflags was read')
}

function softDirtyAbility(trial: SoftDirtyTrial | null): Ability {
  if (trial === null) return ability('soft-dirty', 'untried', 'no process of our own could be started')
  const { errno, written, before, after } = trial
  if (errno !== '') return ability('soft-dirty', 'refused', `a process of ours clearing its own bits: ${errno}`)
  const found = `a process of ours wrote to ${written} pages after clearing: ${before} marked before, ${after} after`
  return ability('soft-dirty', after - before >= written / 2 ? 'works' : 'absent', found)
}
