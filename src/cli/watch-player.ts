/** How often faster than it was recorded a replay may go. */
const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 30, 100] as const
/** Seconds that a page goes back or forth. */
const PAGE = 60
/** Nobody waits longer than this between two moments, however long the process was not looked at. */
const LONGEST_WAIT = 2

/** Where a replay stands and how it goes on. */
export class Player {
  readonly #times: readonly number[]
  #index = 0
  #playing = true
  #speed = SPEEDS.indexOf(1)

  /** @param times Seconds of the moments, ascending; at least one. */
  constructor(times: readonly number[]) {
    this.#times = times
  }

  get index(): number {
    return this.#index
  }

  get playing(): boolean {
    return this.#playing
  }

  get speed(): number {
    return SPEEDS[this.#speed] ?? 1
  }

  /** Seconds until the next moment is to be shown; `Infinity` when it stands still. */
  get wait(): number {
    const next = this.#times[this.#index + 1]
    if (!this.#playing || next === undefined) return Number.POSITIVE_INFINITY
    return Math.min(LONGEST_WAIT, Math.max(0, next - this.#now) / this.speed)
  }

  /** Goes on by one moment, as time does. */
  advance(): void {
    this.#seek(this.#index + 1)
  }

  /** Obeys a key; returns whether it was one of the player's. */
  press(key: string): boolean {
    const action = ACTIONS[key]
    action?.(this)
    return action !== undefined
  }

  step(moments: number): void {
    this.#playing = false
    this.#seek(this.#index + moments)
  }

  /** A minute back or forth, or to the next moment where that is further. */
  page(direction: 1 | -1): void {
    const goal = this.#now + direction * PAGE
    const found =
      direction > 0 ? this.#times.findIndex((at) => at >= goal) : this.#times.findLastIndex((at) => at <= goal)
    this.#playing = false
    this.#seek(found >= 0 ? found : direction > 0 ? this.#times.length - 1 : 0)
  }

  end(direction: 1 | -1): void {
    this.#playing = false
    this.#seek(direction > 0 ? this.#times.length - 1 : 0)
  }

  /** Plays or stands still; at its end it begins anew. */
  toggle(): void {
    if (!this.#playing && this.#index === this.#times.length - 1) this.#index = 0
    this.#playing = !this.#playing
  }

  faster(by: 1 | -1): void {
    this.#speed = Math.max(0, Math.min(SPEEDS.length - 1, this.#speed + by))
  }

  get #now(): number {
    return this.#times[this.#index] ?? 0
  }

  #seek(index: number): void {
    this.#index = Math.max(0, Math.min(this.#times.length - 1, index))
    if (this.#index === this.#times.length - 1) this.#playing = false
  }
}

const ACTIONS: Readonly<Record<string, (player: Player) => void>> = {
  ' ': (player) => player.toggle(),
  right: (player) => player.step(1),
  left: (player) => player.step(-1),
  '.': (player) => player.step(1),
  ',': (player) => player.step(-1),
  pageup: (player) => player.page(-1),
  pagedown: (player) => player.page(1),
  ']': (player) => player.page(1),
  '[': (player) => player.page(-1),
  home: (player) => player.end(-1),
  end: (player) => player.end(1),
  '0': (player) => player.end(-1),
  $: (player) => player.end(1),
  '+': (player) => player.faster(1),
  '-': (player) => player.faster(-1),
}
