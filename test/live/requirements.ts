import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { type TestContext, test } from 'vitest'
import { isNative, native } from '../../src/native/native.ts'
import { liveTrees } from '../../src/sources/trees.ts'

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

/** Huge pages for those who ask for them, and none for shared memory: what the workloads count on. */
function thpOnAdvice(): boolean {
  return chosen('enabled') === 'madvise' && chosen('shmem_enabled') === 'never'
}

/** The word in brackets of a switch of transparent huge pages; empty where there is none. */
function chosen(file: string): string {
  const path = `/sys/kernel/mm/transparent_hugepage/${file}`
  return existsSync(path) ? (/\[([^\]]+)\]/.exec(readFileSync(path, 'utf8'))?.[1] ?? '') : ''
}

/** `perf` is there and may count. */
function perfAvailable(): boolean {
  return succeeds('perf', ['stat', '-e', 'task-clock', '--', 'true'])
}

/** vm.overcommit_memory, which decides whether MAP_NORESERVE has an effect. */
function overcommits(): boolean {
  return readFileSync('/proc/sys/vm/overcommit_memory', 'utf8').trim() !== '2'
}

/** Whether a file below /proc/sys or a cgroup can be written: root may be refused it, in a container. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
/** Puts an overlay over /usr/bin, in which files can be changed that are as they were everywhere else. */
export const OVERLAY = `d=$(mktemp -d) && mount -t tmpfs none $d && mkdir $d/upper $d/work &&
  mount -t overlay none -o lowerdir=/usr/bin,upperdir=$d/upper,workdir=$d/work /usr/bin`
/** cachestat(2) is of Linux 6.5. */
function cachestatAvailable(): boolean {
  const layer = native()
  if (!isNative(layer)) return false
  const outcome = layer.cachestat(-1, 0, 0)
  return !('errno' in outcome && outcome.errno === 'ENOSYS')
}

/** PAGEMAP_SCAN is of Linux 6.7; the errors of a call on no file tell a kernel that lacks it nothing. */
function pagemapScanAvailable(): boolean {
  const own = liveTrees().proc.scanPages?.('self/pagemap', {
    ranges: [{ start: 4096, end: 8192 }],
    windowBytes: 4096,
    maxPages: 1,
  })
  return own?.ok === true
}

/** A mount of its own, of an overlay in a new directory. */
const MOUNT_OVERLAY = `
d=$(mktemp -d) && mkdir "$d/lower" "$d/upper" "$d/work" "$d/merged" &&
mount -t overlay overlay -o "lowerdir=$d/lower,upperdir=$d/upper,workdir=$d/work" "$d/merged"
status=$?
umount "$d/merged" 2> /dev/null
rm -rf "$d"
exit $status
`

function overlayAvailable(): boolean {
  return succeeds('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', MOUNT_OVERLAY])
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
  thp: { probe: thpOnAdvice, reason: 'needs transparent huge pages in mode madvise' },
  mthp: { probe: () => chosen('hugepages-64kB/enabled') === 'never', reason: 'needs folios of 64 KiB, switched off' },
  swap: { probe: swapAvailable, reason: 'needs swap' },
  pmap: { probe: () => succeeds('pmap', ['-V']), reason: 'needs pmap' },
  'gnu-time': { probe: () => succeeds('/usr/bin/time', ['-f', '%R', 'true']), reason: 'needs GNU time' },
  overcommit: { probe: overcommits, reason: 'vm.overcommit_memory is 2 here' },
  'overcommit-settings': {
    probe: () => isWritable('/proc/sys/vm/overcommit_memory'),
    reason: 'needs the right to set vm.overcommit_memory',
  },
  'memory-cgroup-v1': {
    probe: () => isWritable('/sys/fs/cgroup/memory/memory.limit_in_bytes'),
    reason: 'needs the memory controller in cgroup v1, writable',
  },
  overlay: {
    probe: () => succeeds('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', OVERLAY]),
    reason: 'needs an overlay over /usr/bin in a mount namespace of its own',
  },
  script: {
    probe: () => succeeds('script', ['-qec', 'true', '/dev/null']),
    reason: 'needs script of util-linux',
  },
  tmux: { probe: () => succeeds('tmux', ['-V']), reason: 'needs tmux' },
  native: { probe: () => isNative(native()), reason: 'needs native calls' },
  cachestat: { probe: cachestatAvailable, reason: 'needs cachestat(2)' },
  namespaces: {
    probe: () => succeeds('unshare', ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', 'true']),
    reason: 'needs user and PID namespaces of its own',
  },
  'pagemap-scan': { probe: pagemapScanAvailable, reason: 'needs PAGEMAP_SCAN and native calls' },
  'overlay-mount': { probe: overlayAvailable, reason: 'overlayfs cannot be mounted here' },
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
