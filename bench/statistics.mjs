// Medians, and how far they can be trusted.

/**
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number} low The median of another run lies between `low` and `high` nineteen times out of twenty.
 * @property {number} high
 * @property {number} n
 */

export function median(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @returns {Spread} */
export function spread(/** @type {readonly number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  // Order statistics around the median: an interval that assumes nothing of how the noise is distributed.
  const rank = Math.max(0, Math.floor(n / 2 - 0.98 * Math.sqrt(n)))
  return {
    median: median(values),
    min: sorted[0],
    max: sorted[n - 1],
    low: sorted[rank],
    high: sorted[n - 1 - rank],
    n,
  }
}

/**
 * What a figure means for its goal; `?` when the uncertainty of the median reaches across the limit.
 *
 * @param {Pick<Spread, 'median' | 'low' | 'high'>} figure
 * @param {{ goal: number | null, stretch: number | null }} limits
 */
export function verdict({ median: value, low, high }, { goal, stretch }) {
  if (goal === null) return '–'
  const unsure = [goal, stretch].some((limit) => limit !== null && low <= limit && high > limit) ? ' ?' : ''
  if (stretch !== null && value <= stretch) return `stretch${unsure}`
  return `${value <= goal ? 'goal' : 'misses goal'}${unsure}`
}
