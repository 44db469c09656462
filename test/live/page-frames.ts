import { closeSync, openSync, readSync } from 'node:fs'
import { type Counted, countLikeThpmaps, type Page } from '../helpers/folios.ts'

const PAGE = 4096
const PRESENT = 1n << 63n
const FRAME = (1n << 55n) - 1n

/** Counts the folios of a range of a process's memory from pagemap and kpageflags, a word at a time. Needs root. */
export function foliosOf(pid: number, start: number, end: number): Counted {
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r')
  const kpageflags = openSync('/proc/kpageflags', 'r')
  try {
    const flagsOf = (frame: number): number => Number(wordAt(kpageflags, frame) & 0xffff_ffffn)
    const pages: Page[] = []
    for (let page = start / PAGE; page < end / PAGE; page++) {
      const word = wordAt(pagemap, page)
      if ((word & PRESENT) === 0n) continue
      const frame = Number(word & FRAME)
      pages.push({ page, frame, flags: flagsOf(frame) })
    }
    return countLikeThpmaps(pages, PAGE, flagsOf)
  } finally {
    closeSync(pagemap)
    closeSync(kpageflags)
  }
}

function wordAt(file: number, index: number): bigint {
  const bytes = Buffer.alloc(8)
  readSync(file, bytes, 0, 8, index * 8)
  return bytes.readBigUInt64LE()
}
