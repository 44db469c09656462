import { exactInteger, fieldsOf, lines, type Picked, pick } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'bdi stats'

/** Kernel names; sizes are printed in kB, speeds in kBps, the `b_` lists as counts of inodes. */
const FIGURES = {
  /** On its way to the device. */
  writeback: 'BdiWriteback',
  /** Dirty and not yet on its way. */
  reclaimable: 'BdiReclaimable',
  /** This device's share of the dirty limit; it follows the device's part in what was written of late. */
  dirtyThresh: 'BdiDirtyThresh',
  /** The host's limit. */
  globalDirtyThresh: 'DirtyThresh',
  backgroundThresh: 'BackgroundThresh',
  /** Since the device is there. */
  dirtied: 'BdiDirtied',
  written: 'BdiWritten',
  /** Smoothed estimate of how fast it writes, bytes a second; 100 MB/s until it has written something. */
  writeBandwidth: 'BdiWriteBandwidth',
  /** Inodes with dirty pages that no writeback has taken up. */
  dirtyInodes: 'b_dirty',
  /** Inodes that are being written. */
  ioInodes: 'b_io',
  /** Inodes put off for another round. */
  moreIoInodes: 'b_more_io',
  /** Linux 4.0: inodes whose times alone are dirty (lazytime). */
  dirtyTimeInodes: 'b_dirty_time',
} as const

/** One device's share of writeback: bytes, bytes a second for the bandwidth, counts for the lists of inodes. */
export type BdiStats = Picked<typeof FIGURES>

const KB = 1024

/** Parses `bdi/NAME/stats` of debugfs: mm/backing-dev.c bdi_debug_stats_show. Lines it does not know are left alone. */
export function parseBdiStats(bytes: Uint8Array): BdiStats {
  const fields = fieldsOf(FILE, lines(FILE, bytes))
  const figures = new Map<string, number>()
  for (const key of Object.values(FIGURES)) {
    const field = fields.get(key)
    if (field === undefined) continue
    const [, digits = '', unit] = /^ *([0-9]+)( kB(?:ps)?)?$/.exec(field.value) ?? []
    const value = exactInteger(digits)
    if (value === null || (unit === undefined) !== key.startsWith('b_')) {
      throw new ParseError(FILE, field.line, `a figure of ${key}`, field.value)
    }
    figures.set(key, unit === undefined ? value : value * KB)
  }
  if (!figures.has('BdiReclaimable')) throw new ParseError(FILE, 0, 'a line "BdiReclaimable"')
  return pick(FIGURES, (key) => figures.get(key))
}
