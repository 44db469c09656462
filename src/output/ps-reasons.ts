import type { UnknownReason } from '../analysis/ps/reasons.ts'

/** Why a figure of a process is unknown, in words. */
export const REASON_TEXTS: Readonly<Record<UnknownReason, string>> = {
  'needs-ptrace': 'needs ptrace access to the process',
  'too-costly': 'walking its pages would stall the process longer than --max-stall',
  'not-offered': 'this kernel offers neither smaps_rollup nor smaps',
  'read-failed': 'reading it failed',
  'not-printed': 'this kernel does not print it',
  'not-readable': 'the file could not be read',
  'mappings-changed': 'the mappings changed while they were read',
}
