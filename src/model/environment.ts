/**
 * What of a machine decides how much memory the same program needs. Two runs are alike when these are; `null` is not
 * known.
 */
export interface MeasuringEnvironment {
  /** Kernel release, such as `6.8.0-45-generic`. */
  readonly kernel: string
  /** Node's name of the architecture, such as `x64`. */
  readonly arch: string
  /** Base page in bytes. */
  readonly pageSize: number
  /** CPUs that a process may run on; programs start threads by it. */
  readonly cpus: number
  /** CPUs' worth of time that a cgroup leaves; `null` for no limit. */
  readonly cpuQuota: number | null
  /** Bytes of the machine. */
  readonly memoryTotal: number | null
  /** The smallest limit of the cgroups around us, in bytes; `null` for none. */
  readonly memoryLimit: number | null
  /** `always`, `madvise` or `never`. */
  readonly thp: string | null
  /** `kernel.randomize_va_space`: 0, 1 or 2. */
  readonly randomizeVaSpace: number | null
  /** Such as `glibc 2.36` or `musl`: that of Node, and so of most programs here. */
  readonly libc: string | null
  /** Number of variables that a program gets. */
  readonly variables: number
  /** Of these the ones that tell allocators and runtimes what to do. */
  readonly tuning: Readonly<Record<string, string>>
}
