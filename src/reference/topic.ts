/** What a topic is about; the index lists them in this order. */
export const TOPIC_KINDS = [
  ['smaps field', 'A line of `/proc/PID/smaps` or `smaps_rollup`'],
  ['status field', 'A line of `/proc/PID/status`'],
  ['VmFlag', 'A code of the `VmFlags:` line'],
  ['name in maps', 'What stands for a file in the last column of `maps`'],
  ['kind', 'What mmapctl calls a mapping'],
  ['column', 'A column of `mmapctl maps`'],
  ['mmap flag', 'A flag of mmap(2)'],
  ['advice', 'An advice of madvise(2)'],
  ['msync flag', 'A flag of msync(2)'],
  ['fault', 'A kind of page fault'],
  ['setting', 'A setting of the kernel'],
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

/** A topic as its list writes it; what all of a list share is given once. */
export type TopicEntry = readonly [id: string, since: string | null, what: string, reading?: string, shownBy?: string]

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
