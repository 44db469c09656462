import { REDACTIONS } from '../sources/redact.ts'

/** Says what captures hold, and what redaction does with each part. */
export function writeRedactions(write: (text: string) => void): void {
  write('A capture holds what the reports read of a process and its host, byte by byte. With --redact:\n\n')
  for (const { how, what } of REDACTIONS) write(`  ${how.padEnd(12)}  ${what}\n`)
  write(`  ${'left out'.padEnd(12)}  command lines, users, and every other file; environments are never captured\n\n`)
  write('Hashed names stay equal from one capture to another. Whoever guesses a name can find it confirmed.\n')
}
