import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { wantsColour } from './colour.ts'
import type { Io } from './io.ts'

/** The columns that help is worded for; a narrower terminal has it worded anew. */
export const HELP_COLUMNS = 80
/** Stands in the pages for the machine and its Node. */
export const HELP_MACHINE = '<machine>'

/**
 * The help of some words, as it was worded when the package was built; `null` when there is none of them, or none that
 * fits the terminal.
 *
 * `file` holds a page for each command: an object of texts with colours, by the words of the command.
 */
export function helpPage(file: string, words: readonly string[], io: Io): string | null {
  const { columns } = io.stdout
  if (columns !== null && columns < HELP_COLUMNS) return null
  const page = pageOf(file, words.join(' '))
  if (page === null) return null
  const text = page.replace(HELP_MACHINE, `${process.platform}-${process.arch} node-${process.version}`)
  return wantsColour('auto', io.stdout, io.env) ? text : stripVTControlCharacters(text)
}

/** `null` also where the file is gone: the help is worded anew then. */
function pageOf(file: string, name: string): string | null {
  try {
    const pages = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>
    return Object.hasOwn(pages, name) ? (pages[name] ?? null) : null
  } catch {
    return null
  }
}
