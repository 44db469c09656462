/** What a topic is about; the index lists them in this order. */
export const TOPIC_KINDS = [
  ['smaps field', 'A line of `/proc/PID/smaps` or `smaps_rollup`'],
  ['status field', 'A line of `/proc/PID/status`'],
  ['meminfo field', 'A line of `/proc/meminfo`, of the whole host'],
  ['VmFlag', 'A code of the `VmFlags:` line'],
  ['name in maps', 'What stands for a file in the last column of `maps`'],
  ['kind', 'What mmapctl calls a mapping'],
  ['column of maps', 'A column of `mmapctl maps`, and a figure of `diff`'],
  ['column of ps', 'A column of `mmapctl ps`'],
  ['column of dirty', 'A column of `mmapctl dirty`'],
  ['column of thp', 'A column of `mmapctl thp`'],
  ['column of overcommit', 'A column of `mmapctl overcommit`'],
  ['column of faults', 'A column of `mmapctl faults --csv`'],
  ['figure of watch', 'What `mmapctl watch` follows'],
  ['metric of check', 'What `mmapctl check` compares'],
  ['durability', 'What `mmapctl dirty` says becomes of a store'],
  ['reason of thp', 'Why memory is not huge, as `mmapctl thp` says it'],
  ['risk rule', 'What decides the grade of `mmapctl overcommit`'],
  [
    'counter of vmstat',
    'A line of `/proc/vmstat`, of the whole host since boot; `nr_` begins what is a level, in pages',
  ],
  ['mmap flag', 'A flag of mmap(2)'],
  ['advice', 'An advice of madvise(2)'],
  ['msync flag', 'A flag of msync(2)'],
  ['fault', 'A kind of page fault'],
  ['kind of fault', 'What a fault was for, as `mmapctl faults --by kind` says it'],
  ['setting', 'A setting of the kernel'],
  ['limit', 'A limit of a process, of getrlimit(2)'],
  ['ability', 'What `mmapctl doctor --self` tries'],
] as const

export type TopicKind = (typeof TOPIC_KINDS)[number][0]

/** What `explain` tells of one thing. */
export interface Topic {
  /** As the kernel, the manual or we spell it: `Pss`, `hg`, `[heap]`, `MADV_FREE`. */
  readonly id: string
  readonly kind: TopicKind
  /** The first Linux that has it; `null` where it was always there, or it is ours. */
  readonly since: string | null
  /** What it is, in a sentence or two. */
  readonly what: string
  /** How to read it, and what it does not say. Empty where there is nothing to add. */
  readonly reading: string
  /** Where mmapctl shows it. */
  readonly shownBy: string
  /** The manual page or file of the kernel's documentation. */
  readonly reference: string
}

/** The page of the documentation that lists a topic. */
export function topicPage({ kind }: Pick<Topic, 'kind'>): string {
  return `docs/reference/topics/${kind.toLowerCase().replaceAll(' ', '-')}.md`
}

/** A topic as its list writes it; what all of a list share is given once. */
export type TopicEntry = readonly [
  id: string,
  since: string | null,
  what: string,
  reading?: string,
  shownBy?: string | undefined,
]

/** Makes the topics of one kind. */
export function topicsOf(
  kind: TopicKind,
  usual: Pick<Topic, 'shownBy' | 'reference'>,
  entries: readonly TopicEntry[],
): readonly Topic[] {
  return entries.map(([id, since, what, reading = '', shownBy = usual.shownBy]) => ({
    id,
    kind,
    since,
    what,
    reading,
    shownBy,
    reference: usual.reference,
  }))
}
