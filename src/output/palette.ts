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

type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'magenta' | 'yellow'

/** A palette with basic colours, which every terminal shows readably on dark and on light; or one without any. */
export function createPalette(coloured: boolean): Palette {
  // Asked for nothing where nothing is coloured: the bundle loads it when it is first used.
  const chalk = coloured ? new Chalk({ level: 1 }) : null
  // A chalk style joins all its arguments, so that as a callback of `map` it would print the index too.
  const paint = (style: Style): Paint => (chalk === null ? (text) => text : (text) => chalk[style](text))
  const muted = paint('dim')
  const strong = paint('bold')
  const styles = {
    file: paint('cyan'),
    anonymous: paint('green'),
    shared: paint('yellow'),
    risky: paint('magenta'),
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
    warning: paint('yellow'),
    strong,
  }
}
