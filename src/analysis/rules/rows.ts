import type { ProcessMemory } from '../../collectors/process.ts'
import { fileKey } from '../../model/file-key.ts'
import type { Kind } from '../../model/kinds.ts'
import type { MapsReport } from '../maps-report.ts'
import { missingReason } from '../totals.ts'
import type { CheckResult } from './rule.ts'

/** Rows of a report that fit, in address order. */
export function rowsWhere(report: Pick<MapsReport, 'table'>, fits: (row: number) => boolean): readonly number[] {
  const found: number[] = []
  for (let row = 0; row < report.table.length; row++) if (fits(row)) found.push(row)
  return found
}

/** The sum of a value over rows, or anything else. */
export function sumOver<Each>(rows: readonly Each[], value: (row: Each) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0)
}

/** Rows by a value, largest first. */
export function largestFirst(rows: readonly number[], value: (row: number) => number): readonly number[] {
  return [...rows].sort((a, b) => value(b) - value(a))
}

/** Where figures of a report on pages are from, whose names are those of smaps. */
export function pagesFrom({ memory }: Pick<MapsReport, 'memory'>, fields: string): string {
  return memory.space?.depth === 'pagemap' ? `PAGEMAP_SCAN, as ${fields} of smaps` : `smaps: ${fields}`
}

/** The answer of a rule that only smaps lets give one; `null` where it was read. */
export function withoutSmaps(memory: ProcessMemory): CheckResult | null {
  const { depth, shallow } = memory.space ?? {}
  if (depth === 'smaps') return null
  return { kind: 'unknown', why: missingReason(memory), withheld: shallow?.why === 'too-costly' }
}

/** Whether a row is of one of these kinds. */
export function isKind(report: MapsReport, row: number, kinds: readonly Kind[]): boolean {
  return kinds.includes(report.classes.kind(row))
}

/**
 * Names the files or segments of rows, so that processes which map the same ones are known by it; `null` when a row has
 * none, and is its process's own. Numbers of System V segments repeat in other IPC namespaces: sizes and names tell more.
 */
export function objectOf({ table }: Pick<MapsReport, 'table'>, rows: readonly number[]): string | null {
  if (rows.length === 0 || rows.some((row) => !table.hasInode(row))) return null
  const keys = rows.map((row) => `${fileKey(table, row)} ${table.size(row)} ${table.nameOf(row)}`)
  return [...new Set(keys)].sort().join('\n')
}

/** What a mapping is called in a sentence: its name as text, or ours. Bytes that are no UTF-8 are lost; the rows have them. */
export function nameInSentence(report: MapsReport, row: number): string {
  // Of a file by this name, which the kernel makes up, nobody has heard.
  if (isKind(report, row, ['anonymous-shared'])) return 'its shared anonymous memory'
  const name = inSentence(report.table.nameOf(row))
  return name || `${report.classes.label(row) ?? report.classes.kind(row)} memory`
}

/** A name of the kernel's or a process's, a binary string, as a sentence has it. Bytes that are no UTF-8 are lost. */
export function inSentence(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

/** A count as a sentence has it, with commas between thousands as the evidence has them. */
export function countInSentence(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
}
