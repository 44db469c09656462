import { latin1 } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** A kernel release such as `6.18.44-generic`. */
export interface KernelVersion {
  /** As the kernel names itself, latin1 bytes. */
  readonly release: string
  readonly major: number
  readonly minor: number
  /** `null` when the release has no third number (`5.17-rc5`). */
  readonly patch: number | null
}

/** Some vendors add a fourth number (`5.15.90.1-microsoft-standard-WSL2`), which has no meaning here. */
const RELEASE = /^([0-9]{1,9})\.([0-9]{1,9})(?![0-9])(?:\.([0-9]{1,9})(?![0-9]))?/

/**
 * Parses `/proc/sys/kernel/osrelease`, the `release` of uname(2); the line feed may be missing.
 *
 * A distribution's release is a hint only: vendors backport features, so ask for the feature where that is possible.
 */
export function parseOsRelease(bytes: Uint8Array): KernelVersion {
  const text = latin1(bytes)
  const release = text.endsWith('\n') ? text.slice(0, -1) : text
  const [, major, minor, patch] = RELEASE.exec(release) ?? []
  if (major === undefined || minor === undefined || release.includes('\n')) {
    throw new ParseError('osrelease', 1, 'a kernel release such as 6.18.44', text)
  }
  return { release, major: Number(major), minor: Number(minor), patch: patch === undefined ? null : Number(patch) }
}

/** Whether the kernel is of this version or a later one. */
export function atLeast(version: KernelVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor)
}
