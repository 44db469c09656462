import { Chalk } from 'chalk'
import type { Kind } from '../model/kinds.ts'

/** Puts a text into a colour, or leaves it as it is. */
export type Paint = (text: string) => string

/** Colours by meaning. chalk itself looks at neither NO_COLOR nor the stream, so whoever makes a palette decides. */
export interface Palette {
  /** Nothing is coloured, so that nobody need ask. */
  readonly plain: boolean
  readonly kind: (kind: Kind) => Paint
  readonly heading: Paint
  readonly muted: Paint
  readonly warning: Paint
  readonly strong: Paint
}

const COLOURS = {
  file: ['program', 'library', 'file-private', 'file-shared', 'dax'],
  anonymous: ['heap', 'anonymous', 'anonymous-named', 'stack', 'thread-stack', 'droppable'],
  shared: ['anonymous-shared', 'shmem', 'sysv', 'memfd', 'hugetlb'],
  risky: ['jit', 'uffd', 'secretmem'],
} as const satisfies Readonly<Record<string, readonly Kind[]>>

/** A palette with basic colours, which every terminal shows readably on dark and on light; or one without any. */
export function createPalette(coloured: boolean): Palette {
  const chalk = new Chalk({ level: coloured ? 1 : 0 })
  // A chalk style joins all its arguments, so that as a callback of `map` it would print the index too.
  const paint = (style: (text: string) => string): Paint => (coloured ? (text) => style(text) : (text) => text)
  const muted = paint(chalk.dim)
  const strong = paint(chalk.bold)
  const styles = {
    file: paint(chalk.cyan),
    anonymous: paint(chalk.green),
    shared: paint(chalk.yellow),
    risky: paint(chalk.magenta),
  }
  const byKind = new Map<Kind, Paint>()
  for (const [name, kinds] of Object.entries(COLOURS)) {
    for (const kind of kinds) byKind.set(kind, styles[name as keyof typeof COLOURS])
  }
  return {
    plain: !coloured,
    kind: (kind) => byKind.get(kind) ?? muted,
    heading: strong,
    muted,
    warning: paint(chalk.yellow),
    strong,
  }
}
