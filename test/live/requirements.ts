import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { type TestContext, test } from 'vitest'
import { isNative, native } from '../../src/native/native.ts'

/** Workloads can be compiled. */
function gccAvailable(): boolean {
  return succeeds('gcc', ['--version'])
}

function isRoot(): boolean {
  return process.geteuid?.() === 0
}

/** How many free pages the default hugetlb pool has. */
function hugetlbPool(): number {
  return meminfo('HugePages_Free') - meminfo('HugePages_Rsvd')
}

function swapAvailable(): boolean {
  return meminfo('SwapFree') > 0
}

/** `perf` is there and may count. */
function perfAvailable(): boolean {
  return succeeds('perf', ['stat', '-e', 'task-clock', '--', 'true'])
}

/** cachestat(2) is of Linux 6.5. */
function cachestatAvailable(): boolean {
  const layer = native()
  if (!isNative(layer)) return false
  const outcome = layer.cachestat(-1, 0, 0)
  return !('errno' in outcome && outcome.errno === 'ENOSYS')
}

/** A memory cgroup of version 1 can be made, to have a limit of its own. */
function memoryCgroupAvailable(): boolean {
  if (!isRoot()) return false
  try {
    mkdirSync(MEMORY_CGROUP, { recursive: false })
    rmdirSync(MEMORY_CGROUP)
    return existsSync('/sys/fs/cgroup/memory/memory.oom_control')
  } catch {
    return false
  }
}

const MEMORY_CGROUP = `/sys/fs/cgroup/memory/mmapctl-probe-${process.pid}`

/** What a live test may need of the machine: a probe, and what to say when it fails. */
const REQUIREMENTS = {
  gcc: { probe: gccAvailable, reason: 'needs gcc' },
  root: { probe: isRoot, reason: 'needs root' },
  'not-root': { probe: () => !isRoot(), reason: 'must not run as root' },
  hugetlb: { probe: () => hugetlbPool() >= 6, reason: 'needs 6 free pages in the hugetlb pool' },
  swap: { probe: swapAvailable, reason: 'needs swap' },
  pmap: { probe: () => succeeds('pmap', ['-V']), reason: 'needs pmap' },
  'gnu-time': { probe: () => succeeds('/usr/bin/time', ['-f', '%R', 'true']), reason: 'needs GNU time' },
  native: { probe: () => isNative(native()), reason: 'needs native calls' },
  cachestat: { probe: cachestatAvailable, reason: 'needs cachestat(2)' },
  strace: { probe: () => succeeds('strace', ['-f', '--seccomp-bpf', '-qq', 'true']), reason: 'needs strace 5.3' },
  'memory-cgroup': { probe: memoryCgroupAvailable, reason: 'needs a memory cgroup of version 1' },
  perf: { probe: perfAvailable, reason: 'needs perf and the right to use it' },
} as const satisfies Record<string, { probe: () => boolean; reason: string }>

export type Requirement = keyof typeof REQUIREMENTS

export interface LiveTestOptions {
  needs?: readonly Requirement[]
  timeout?: number
}

/** A test that is skipped, with the reason in the report, where the machine lacks what it needs. */
export function liveTest(
  name: string,
  options: LiveTestOptions,
  body: (context: TestContext) => void | Promise<void>,
): void {
  test(name, options.timeout === undefined ? {} : { timeout: options.timeout }, async (context) => {
    for (const need of options.needs ?? []) skipUnless(context, isMet(need), REQUIREMENTS[need].reason)
    await body(context)
  })
}

/** Skips the running test, with the reason in the report, unless the condition holds. */
function skipUnless(context: TestContext, condition: boolean, reason: string): void {
  if (!condition) context.skip(reason)
}

const answers = new Map<Requirement, boolean>()

/** Probes run programs: each is asked once per test file, and only when a test needs it. */
function isMet(need: Requirement): boolean {
  const known = answers.get(need)
  if (known !== undefined) return known
  const answer = REQUIREMENTS[need].probe()
  answers.set(need, answer)
  return answer
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** A value of /proc/meminfo, 0 when there is no such line. */
function meminfo(field: string): number {
  const match = new RegExp(`^${field}: +(\\d+)`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))
  return Number(match?.[1] ?? 0)
}
