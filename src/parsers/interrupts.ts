import { lines, safeCount } from './lines.ts'
import { ParseError } from './parse-error.ts'

const FILE = 'interrupts'

/**
 * One row of `/proc/interrupts` (fs/proc/interrupts.c, arch/x86/kernel/irq.c arch_show_interrupts), a count for each
 * CPU that is online; `null` where this architecture has no such row.
 *
 * @param label What stands before the colon: `TLB` counts the flushes that other CPUs asked for.
 */
export function parseInterruptRow(bytes: Uint8Array, label: string): readonly number[] | null {
  const [head, ...rows] = lines(FILE, bytes)
  const cpus = words(head?.text ?? '')
  if (cpus.length === 0 || !cpus.every((cpu) => /^CPU\d+$/.test(cpu))) {
    throw new ParseError(FILE, 1, 'the CPUs', head?.text)
  }
  const row = rows.find(({ text }) => text.trimStart().startsWith(`${label}:`))
  if (row === undefined) return null
  const cells = words(row.text.slice(row.text.indexOf(':') + 1)).slice(0, cpus.length)
  return cells.map((cell) => {
    const count = safeCount(cell)
    if (count === null) throw new ParseError(FILE, row.number, 'a count for each CPU', row.text)
    return count
  })
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
