/** A number that stands alone; those in names are parts of the names. */
const NUMBER = /(?<![\w.-])\d+(?![\w.-])/g

/** The notes of several runs, each once: what differs in its numbers alone is told with their ranges. */
export function joinedNotes(runs: readonly (readonly string[])[]): readonly string[] {
  const alike = new Map<string, string[]>()
  for (const notes of runs) {
    for (const note of new Set(notes)) {
      const key = note.replaceAll(NUMBER, '#')
      alike.set(key, [...(alike.get(key) ?? []), note])
    }
  }
  return [...alike.values()].map((notes) => {
    const seen = Math.min(notes.length, runs.length)
    return seen === runs.length ? withRanges(notes) : `in ${seen} of ${runs.length} runs: ${withRanges(notes)}`
  })
}

function withRanges(notes: readonly string[]): string {
  const [first = ''] = notes
  const numbers = notes.map((note) => [...note.matchAll(NUMBER)].map(([digits]) => Number(digits)))
  let at = 0
  return first.replaceAll(NUMBER, () => {
    const values = numbers.map((each) => each[at] ?? Number.NaN)
    at++
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return least === most ? String(least) : `${least} to ${most}`
  })
}
