import type { TraceEvent } from '../../model/fault-trace.ts'

/** A shell that waits, and then becomes the program, has fewer mappings and faults. */
const MOST_HELD = 300

/**
 * Keeps back what the process did that waited in a shell for its program to be executed: it is the shell's, and is
 * dropped once the program is. A script without a first line is run by the very shell that held it; then what was kept
 * back is the program's own after all.
 */
export class HeldShell {
  readonly #pid: number | null
  #kept: TraceEvent[] | null

  constructor(pid: number | null) {
    this.#pid = pid
    this.#kept = pid === null ? null : []
  }

  /** The events to take now that this one has come. */
  add(event: TraceEvent): readonly TraceEvent[] {
    const kept = this.#kept
    if (kept === null || event.pid !== this.#pid) return [event]
    if (event.type === 'comm' && event.exec) {
      this.#kept = null
      return [event]
    }
    kept.push(event)
    return kept.length > MOST_HELD ? this.release() : []
  }

  /** What is still kept back when nothing more can come. */
  release(): readonly TraceEvent[] {
    const kept = this.#kept ?? []
    this.#kept = null
    return kept
  }
}
