import { type ReadState, WATCH_FIGURES, type WatchFigure, type WatchSubject } from '../../model/watch.ts'
import type { Growth } from './growth.ts'
import type { HeadroomView } from './headroom.ts'
import type { History } from './history.ts'
import type { Mover, MoverKind, MoverOrder } from './movers.ts'
import type { Reading } from './trend.ts'

/** A figure as it stands in a frame. */
export interface FrameFigure {
  readonly figure: WatchFigure
  /** The last value; of a counter its rate a second. `NaN` is unknown. */
  readonly value: number
  /** Seconds since it was read. */
  readonly age: number
  /** Change a second over the window; `NaN` when too little is known. */
  readonly rate: number
  readonly series: readonly Reading[]
}

/** That the process executed another program while it was watched. */
export interface Execution {
  readonly at: number
  readonly from: WatchSubject
  readonly to: WatchSubject
}

/** What a line of `watch` shows: the figures as they stand at a moment. */
export interface WatchGlance {
  readonly at: number
  readonly subject: WatchSubject
  /** The last one; all else has been read since. `null` when there was none. */
  readonly execution: Execution | null
  /** The last values; of a counter its rate a second. What is unknown is not in it. */
  readonly values: ReadonlyMap<WatchFigure, number>
}

/** What is to be said of what was seen until a moment. */
export interface WatchVerdicts {
  /** Of what only this process can give back: anonymous memory, resident or in swap. */
  readonly growth: Growth
  /** `null` before what limits the process was read, or where that cannot be. */
  readonly headroom: HeadroomView | null
}

/** Everything that a screen of `watch` shows. */
export interface WatchFrame extends Omit<WatchGlance, 'values'>, WatchVerdicts {
  readonly figures: readonly FrameFigure[]
  readonly movers: readonly Mover[]
  /** Seconds that the movers' rates are over; `null` before two deep looks. */
  readonly moversOver: number | null
  readonly reads: readonly ReadState[]
}

/** What of a frame the user chooses. */
export interface FrameChoice {
  readonly movers: MoverKind
  readonly order: MoverOrder
}

/** Seconds that rates of figures are taken over. */
const RATE_WINDOW = 30

/** All figures as they stand at a moment. */
export function frameFigures(at: number, history: History): readonly FrameFigure[] {
  return WATCH_FIGURES.map((figure) => {
    const series = history.series(figure)
    const last = series.at(-1)
    return {
      figure,
      value: last?.value ?? Number.NaN,
      age: last === undefined ? Number.NaN : at - last.at,
      rate: history.rate(figure, RATE_WINDOW),
      series,
    }
  })
}
