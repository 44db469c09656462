import { shown } from '../../output/gate/text.ts'
import type { Io } from '../io.ts'
import type { GateMoment } from './world.ts'

const ERASE_LINE = '\r\u001b[K'

const PHASES: Readonly<Record<GateMoment['phase'], string>> = {
  'warm-up': 'warm-up',
  run: 'run',
  advice: 'trial',
}

/** Tells on a terminal which run of which scenario is under way; says nothing in a log. */
export class GateProgress {
  readonly #io: Io
  readonly #enabled: boolean

  constructor(io: Io, quiet: boolean) {
    this.#io = io
    this.#enabled = io.stderr.isTerminal && !quiet
  }

  readonly update = ({ scenario, phase, run, of }: GateMoment): void => {
    if (this.#enabled) this.#io.stderr.write(`${ERASE_LINE}${shown(scenario)}: ${PHASES[phase]} ${run} of ${of} …`)
  }

  /** Takes the line away again. */
  done(): void {
    if (this.#enabled) this.#io.stderr.write(ERASE_LINE)
  }
}
