import { KPF_ANON, KPF_COMPOUND_HEAD, KPF_COMPOUND_TAIL, KPF_THP } from '../../src/parsers/kpageflags.ts'

/** A present page: its number, its frame and the flags of that. */
export interface Page {
  readonly page: number
  readonly frame: number
  readonly flags: number
}

/** Bytes by `anon 65536 aligned`, `file partial`, … */
export type Counted = Readonly<Record<string, number>>

/**
 * Counts folios the way the kernel's tools/mm/thpmaps does: pages of large folios in runs that go on in address and in
 * frame alike; a run's first tails are a folio mapped in part, so is its last folio when the frame behind the run is a
 * tail; what lies between two heads is a folio mapped whole. On whole arrays, unlike the counter under test.
 */
export function countLikeThpmaps(
  pages: readonly Page[],
  pageSize: number,
  flagsOf: (frame: number) => number,
): Counted {
  const counted: Record<string, number> = {}
  const add = (key: string, count: number): void => {
    if (count > 0) counted[key] = (counted[key] ?? 0) + count * pageSize
  }
  const of = (page: Page | undefined): string => (((page?.flags ?? 0) & KPF_ANON) !== 0 ? 'anon' : 'file')
  for (const run of runsOf(pages.filter(({ flags }) => (flags & KPF_THP) !== 0))) {
    const heads = run.flatMap(({ flags }, index) => ((flags & KPF_COMPOUND_HEAD) !== 0 ? [index] : []))
    add(`${of(run[0])} partial`, heads[0] ?? run.length)
    const last = run.at(-1)
    const cut = last !== undefined && (flagsOf(last.frame + 1) & KPF_COMPOUND_TAIL) !== 0
    heads.forEach((head, index) => {
      const end = heads[index + 1] ?? run.length
      const size = end - head
      const aligned = (run[head]?.page ?? 0) % size === 0 ? 'aligned' : 'unaligned'
      const whole = !(cut && end === run.length)
      add(whole ? `${of(run[head])} ${size * pageSize} ${aligned}` : `${of(run[head])} partial`, size)
    })
  }
  return counted
}

function runsOf(pages: readonly Page[]): readonly (readonly Page[])[] {
  const runs: Page[][] = []
  for (const page of pages) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run !== undefined && before?.page === page.page - 1 && before.frame === page.frame - 1) run.push(page)
    else runs.push([page])
  }
  return runs
}
