/** How many suggestions help; more are a list to read. */
const MOST = 3

/** Names near to one that does not exist: those that contain it, or differ by a slip of the finger. */
export function similarNames(name: string, known: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase()
  const slips = Math.max(1, Math.floor(wanted.length / 3))
  const near: { candidate: string; distance: number }[] = []
  for (const candidate of new Set(known)) {
    const lower = candidate.toLowerCase()
    const contained = wanted.length >= 3 && (lower.includes(wanted) || (lower.length >= 3 && wanted.includes(lower)))
    const distance = editDistance(wanted, lower)
    if (candidate !== '' && (contained || distance <= slips)) near.push({ candidate, distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, MOST).map((entry) => entry.candidate)
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
