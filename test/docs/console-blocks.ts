/** A command of a `console` block in a Markdown file, with what the file says it prints. */
export interface Example {
  /** Line of the `$` in the file, counted from 1. */
  readonly line: number
  /** As typed, without `$ ` and without `npx `. */
  readonly command: string
  /** Lines that follow; a last line `…` stands for all further ones. */
  readonly output: readonly string[]
  /** The block is marked as depending on the machine it runs on. */
  readonly live: boolean
}

const LIVE = '<!-- live -->'
const COMMAND = /^\$ (?:npx )?(mmapctl(?: .*)?)$/

/** Every example of `mmapctl` in a Markdown text. */
export function examplesOf(markdown: string): Example[] {
  const lines = markdown.split('\n')
  const examples: Example[] = []
  let live = false
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] === LIVE) live = true
    if (lines[at] !== '```console') continue
    const end = lines.indexOf('```', at)
    for (let line = at + 1; line < end; line++) {
      const command = COMMAND.exec(lines[line] ?? '')?.[1]
      if (command === undefined) continue
      const next = lines.findIndex((text, index) => index > line && (index >= end || text.startsWith('$ ')))
      examples.push({ line: line + 1, command, output: lines.slice(line + 1, next), live })
    }
    live = false
    at = end
  }
  return examples
}

/** Durations differ from run to run; everything else that a captured process shows must not. */
export function withoutTimes(line: string): string {
  return line.replace(/\d[\d.]* m?s\b/g, '# ms')
}

/** What is left of a line when another process or machine made it. */
export function shape(line: string): string {
  return line
    .replace(/\d[\d,.]* (?:[KMGT]i)?B\b/g, '#')
    .replace(/\d[\d,.]*/g, '#')
    .replace(/\s+/g, ' ')
}

/** The part of a real output that an example shows. */
export function shownPart(documented: readonly string[], real: string): string[] {
  const lines = real.replace(/\n$/, '').split('\n')
  if (documented.at(-1) !== '…') return lines
  return [...lines.slice(0, documented.length - 1), '…']
}
