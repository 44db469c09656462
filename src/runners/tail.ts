import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The end of a file as a binary string, and empty when it is not there. */
export function endOfFile(path: string, bytes: number): string {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  try {
    const from = Math.max(0, fstatSync(descriptor).size - bytes)
    const buffer = Buffer.alloc(bytes)
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, bytes, from))
  } finally {
    closeSync(descriptor)
  }
}
