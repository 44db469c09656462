/** What of a machine and its settings moves memory figures without any change of the program. */
export interface Environment {
  /** `6.8`: the rest of a release does not move figures. */
  readonly kernel: string
  readonly arch: string
  /** Bytes. */
  readonly pageSize: number
  /** CPUs that the program may run on. */
  readonly cpus: number
  /** Time of so many CPUs at most, by a cgroup: `1.5`; `null` for no such limit. Runtimes size their pools by it. */
  readonly cpuQuota: string | null
  /** The memory that the program may use, to the nearest 2ⁿ or 1.5 × 2ⁿ: `16GiB`. */
  readonly memory: string | null
  /** `transparent_hugepage/enabled`. */
  readonly thp: string | null
  readonly aslr: 'on' | 'off' | null
  /** `glibc 2.36`, or `musl`, whose version nobody tells. */
  readonly libc: string | null
  /** How many environment variables the program gets: their number moves fault counts by up to 1 %. */
  readonly variables: number
  /** Those of the program's variables that set its allocator or runtime, such as `MALLOC_ARENA_MAX`. */
  readonly settings: Readonly<Record<string, string>>
}

/** One thing that is not as it was. */
export interface EnvironmentDifference {
  readonly what: EnvironmentField
  readonly before: string
  readonly now: string
}

export type EnvironmentField = Exclude<keyof Environment, 'settings'> | `settings.${string}`

/** How two environments differ. */
export interface EnvironmentComparison {
  /** What moves figures by more than any limit: nothing can be compared across it. */
  readonly material: readonly EnvironmentDifference[]
  /** What may move them a little: told beside a failure. */
  readonly minor: readonly EnvironmentDifference[]
}
