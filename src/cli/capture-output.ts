import { statSync } from 'node:fs'
import { obstacleTo } from './report-output.ts'
import { startsCompressed } from './subject.ts'
import { UsageError } from './usage-error.ts'

/**
 * Refuses a file that no capture could be written to, before any process is read for it; and one that holds something
 * else, which only a slip of the hand would replace. A capture takes the place of an earlier one.
 */
export function checkCaptureFile(path: string): void {
  if (path === '-') throw new UsageError('a capture goes into a file', '--output ./- is one of that name')
  const obstacle = obstacleTo(path)
  if (obstacle !== null) throw new UsageError(`--output ${path} cannot be written: ${obstacle}`)
  const facts = statSync(path, { throwIfNoEntry: false })
  if (facts?.isFile() === true && facts.size > 0 && !startsCompressed(path)) {
    throw new UsageError(`--output ${path} is a file, and no capture`, 'give another name, or remove it')
  }
}
