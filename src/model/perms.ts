/** Permission bits of a mapping, as `maps` prints them in four characters. */
export const READ = 1
export const WRITE = 2
export const EXEC = 4
/** `s`: VM_MAYSHARE. A shared mapping of a file opened read-only prints it too. */
export const SHARED = 8

const TEXTS: readonly string[] = Array.from({ length: 16 }, (_, bits) =>
  [bits & READ ? 'r' : '-', bits & WRITE ? 'w' : '-', bits & EXEC ? 'x' : '-', bits & SHARED ? 's' : 'p'].join(''),
)

/** The kernel's four characters: `rw-p`. */
export function permsText(bits: number): string {
  return TEXTS[bits & 15] as string
}

/** Whether a mapping is shared; of private ones a write makes pages of the process's own. */
export function isShared(bits: number): boolean {
  return (bits & SHARED) !== 0
}
