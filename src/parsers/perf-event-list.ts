/**
 * Takes a list of events apart at its commas, as perf does (tools/perf/util/parse-events.y): those within a PMU's terms
 * (`cpu/event=0xe,umask=1/`) and within a group belong to the event.
 */
export function splitEventList(list: string): readonly string[] {
  const events: string[] = []
  let from = 0
  let inTerms = false
  let depth = 0
  for (let at = 0; at <= list.length; at++) {
    const letter = list[at] ?? ','
    if (letter === '/') inTerms = !inTerms
    else if (letter === '{') depth++
    else if (letter === '}') depth--
    else if (at === list.length || (letter === ',' && !inTerms && depth === 0)) {
      events.push(list.slice(from, at).trim())
      from = at + 1
    }
  }
  return events.filter((event) => event !== '')
}
