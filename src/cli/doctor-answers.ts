import type { SourceAnswer } from '../analysis/rules/sources.ts'
import { missingReason } from '../analysis/totals.ts'
import type { ProcessMemory } from '../collectors/process.ts'
import { refusalText } from '../model/errno.ts'
import type { Read } from '../model/provenance.ts'
import type { FileTree } from '../sources/file-tree.ts'

/** Reads a file for a rule, or says why it cannot be read. */
export function readAnswer<Value>(tree: FileTree, file: string, parse: (bytes: Buffer) => Value): SourceAnswer<Value> {
  const read: Read<Buffer> = tree.read(file)
  if (read.ok) return { ok: true, value: parse(read.value) }
  const { reason, path } = read.refusal
  const why =
    reason === 'denied'
      ? `${path} may not be read: run as root`
      : `${path} cannot be read (${refusalText(read.refusal)})`
  return { ok: false, why, withheld: reason === 'denied' }
}

/** Why figures of smaps are missing, and whether that is because of who reads or of --max-stall. */
export function missingAnswer(memory: ProcessMemory): SourceAnswer<never> {
  const shallow = memory.space?.shallow
  const denied = shallow?.why === 'refused' && shallow.refusal.reason === 'denied'
  const withheld = memory.space === null || shallow?.why === 'too-costly' || denied
  return { ok: false, why: missingReason(memory), withheld }
}

/** What was found out, or `why` where that is nothing. */
export function answerOf<Value>(value: Value | null, why: string): SourceAnswer<Value> {
  return value === null ? { ok: false, why } : { ok: true, value }
}

/** What two moments are needed for. */
export const ONCE: SourceAnswer<never> = {
  ok: false,
  why: 'counters were read once only: rates need two moments',
}
