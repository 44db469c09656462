import type { Kind } from '../../model/kinds.ts'

/** What a mapping's group is told by. Names are binary strings. */
export interface KeyFacts {
  readonly kind: Kind
  /** What a known runtime uses it for. */
  readonly label: string | null
  /** As the kernel printed it; empty for none. */
  readonly name: string
  readonly size: number
  /** Where the program was started, an absolute path. */
  readonly cwd: string
}

const MIB = 2 ** 20

const BY_LABEL: Readonly<Record<string, string>> = {
  'glibc malloc arena': 'malloc arenas',
  'glibc malloc arena, unused': 'malloc arenas',
}

/** Kinds that make one group each, however many mappings they have and wherever these are. */
const BY_KIND: Readonly<Partial<Record<Kind, string>>> = {
  heap: '[heap]',
  stack: '[stack]',
  'thread-stack': 'thread stacks',
  'anonymous-shared': 'shared anonymous',
  jit: 'generated code',
  guard: 'guards',
  reserved: 'reservations',
  uffd: 'userfaultfd',
  droppable: 'droppable',
  'shadow-stack': 'shadow stacks',
}

/**
 * The key of the group that a mapping belongs to: the same in the next run, on another machine, and after another build.
 *
 * Addresses say nothing from run to run, and neither do inodes; names do, once hashes, versions and PIDs are taken out
 * of them. `*` stands for what was taken out.
 */
export function groupKey({ kind, label, name, size, cwd }: KeyFacts): string {
  if (label !== null) return BY_LABEL[label] ?? label
  const whole = BY_KIND[kind]
  if (whole !== undefined) return whole
  if (name === '' || (kind === 'anonymous' && !name.startsWith('['))) {
    return size >= MIB ? 'anonymous >= 1 MiB' : 'anonymous < 1 MiB'
  }
  if (kind === 'sysv') return withoutDeleted(name).slice(1)
  if (kind === 'memfd') return stable(withoutDeleted(name).slice(1))
  if (name.startsWith('/')) return pathKey(withoutDeleted(name), cwd)
  return stable(name)
}

/** Below these lie packages, each with a path of its own that is the same everywhere. */
const PACKAGES = /^.*\/(?:node_modules|site-packages|dist-packages)\/(?=.)/s
/** Where names are made up at run time. */
const TEMPORARY = /^(?:\/var)?\/tmp\/|^\/dev\/shm\/|^\/run\//

/** A file below the working directory by its path from there, another one by as much of its path as is the same everywhere. */
function pathKey(path: string, cwd: string): string {
  const prefix = cwd.endsWith('/') ? cwd : `${cwd}/`
  if (path.startsWith(prefix)) return stable(path.slice(prefix.length))
  const packaged = path.replace(PACKAGES, '')
  if (packaged !== path) return stable(packaged)
  const base = path.slice(path.lastIndexOf('/') + 1)
  const name = stable(TEMPORARY.test(path) ? base.replace(MADE_UP, '$1*') : base)
  return path.startsWith('/dev/shm/') ? `/dev/shm/${name}` : name
}

/** What mkstemp(3) and its like put at the end: letters and digits without order. */
const MADE_UP = /((?:^|[-_.])(?:tmp)?)(?=[A-Za-z0-9_]*(?:[a-z][A-Z]|[0-9][A-Za-z]|[A-Za-z][0-9]))[A-Za-z0-9_]{6,12}$/

const UNSTABLE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '*'],
  // A build's hash: hexadecimal, letters and digits.
  [/(?<![A-Za-z0-9])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,}(?![A-Za-z0-9])/g, '*'],
  // What an extension of CPython is built for.
  [/\.(cpython|pypy)-[^/]*(?=\.so$)/g, '.$1-*'],
  // A library's version beyond its ABI: libfoo.so.6.0.30, libfoo-2.31.so, foo-1.2.jar.
  [/(\.so\.\d+)(?:\.\d+)+/g, '$1'],
  [/([-_])v?\d+(?:\.\d+)+(?=\.(?:so|jar|node|dat)\b|$)/g, '$1*'],
  // A PID, a date, a number of a build.
  [/(?<![0-9.])\d{4,}(?![0-9])/g, '*'],
]

function stable(name: string): string {
  return UNSTABLE.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), name)
}

function withoutDeleted(name: string): string {
  return name.endsWith(' (deleted)') ? name.slice(0, -' (deleted)'.length) : name
}
