import { displayText, harmless } from './sanitise.ts'

/** What of a host says whose, and of which time, the figures are. */
export interface FiguresFrom {
  /** As the kernel names itself, a binary string. */
  readonly release: string
  /** When a capture was made of it, ISO 8601 in UTC; `null` for a host that is read now. */
  readonly capturedAt: string | null
}

/** The kernel that figures are from, and, where they are of a capture, from when: `Linux 6.18.44`, `captured …`. */
export function figuresFrom({ release, capturedAt }: FiguresFrom): readonly string[] {
  const kernel = `Linux ${displayText(release)}`
  return capturedAt === null ? [kernel] : [kernel, `captured ${captureTime(capturedAt)}`]
}

/** A moment for people: `2026-11-20 09:30:00 UTC`. */
export function captureTime(iso: string): string {
  return harmless(iso.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC'))
}
