import { readFileSync } from 'node:fs'

/** Whether the kernel randomises addresses (`kernel.randomize_va_space`, proc(5)); `null` where it does not tell. */
export function isRandomised(): boolean | null {
  try {
    return readFileSync('/proc/sys/kernel/randomize_va_space', 'latin1').trim() !== '0'
  } catch {
    return null
  }
}
