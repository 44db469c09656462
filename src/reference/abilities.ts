import type { AbilityId } from '../model/ability.ts'

/** Parts of the report of `doctor --self`, in their order. */
export const ABILITY_GROUPS = [
  'processes',
  'pages',
  'faults',
  'measuring programs',
  'host',
  'capabilities',
  'output',
] as const

export type AbilityGroup = (typeof ABILITY_GROUPS)[number]

/** Who can grant something, and where. */
export const GRANTERS = {
  host: 'on the host',
  machine: 'machine',
  run: 'this run',
  docker: 'docker run',
  kubernetes: 'Kubernetes',
  install: 'install',
  kernel: 'kernel',
} as const

/** A way to have what is missing. */
export interface Grant {
  readonly by: keyof typeof GRANTERS
  /** The exact command, flag, setting or configuration. */
  readonly how: string
}

/** What is to be said of an ability, whatever came of trying it. */
export interface AbilityText {
  readonly group: AbilityGroup
  readonly title: string
  /** Which reports lose what without it. */
  readonly costs: string
  readonly grants: readonly Grant[]
}

/** A shell command that hands capabilities on to one run, as its own user. */
function ambient(...capabilities: readonly string[]): Grant {
  const names = capabilities.map((each) => `+${each.toLowerCase()}`).join(',')
  return {
    by: 'run',
    how: `sudo setpriv --reuid "$(id -u)" --regid "$(id -g)" --init-groups --inh-caps ${names} --ambient-caps ${names} mmapctl …`,
  }
}

function container(...capabilities: readonly string[]): readonly Grant[] {
  return [
    {
      by: 'docker',
      how: `${capabilities.map((each) => `--cap-add ${each}`).join(' ')}, as root in the container (--user 0)`,
    },
    {
      by: 'kubernetes',
      how: `securityContext: { runAsUser: 0, capabilities: { add: [${capabilities.join(', ')}] } }`,
    },
  ]
}

const ROOT: Grant = { by: 'run', how: 'sudo mmapctl …' }
const KOFFI: Grant = {
  by: 'install',
  how: 'npm install koffi beside mmapctl (not with --omit=optional); unset MMAPCTL_NO_NATIVE',
}
const PERF: Grant = {
  by: 'install',
  how: 'linux-perf (Debian), linux-tools-generic (Ubuntu), perf (others); its version need not be the kernel’s',
}
const PARANOID: Grant = { by: 'host', how: 'sudo sysctl kernel.perf_event_paranoid=1' }
const PERF_CAPABILITY: Grant = { by: 'host', how: 'sudo setcap cap_perfmon=ep "$(readlink -f "$(command -v perf)")"' }

/** What each ability is for, and how to get it. */
export const ABILITIES: Readonly<Record<AbilityId, AbilityText>> = {
  'own-smaps': {
    group: 'processes',
    title: 'smaps of your own processes',
    costs: 'maps, ps, thp, dirty, check and doctor have mappings without any figure.',
    grants: [{ by: 'kernel', how: 'CONFIG_PROC_PAGE_MONITOR=y' }, ROOT],
  },
  'foreign-smaps': {
    group: 'processes',
    title: 'smaps of other users’ processes',
    costs:
      'maps, thp, dirty, overcommit, doctor and capture end with status 4 for them; ps has – for their Pss, USS and swap, and least values as sums.',
    grants: [
      ROOT,
      ambient('SYS_PTRACE'),
      {
        by: 'docker',
        how: '--cap-add SYS_PTRACE --pid=host (or --pid=container:NAME), as root in the container (--user 0)',
      },
      {
        by: 'kubernetes',
        how: 'hostPID: true (or shareProcessNamespace: true for the pod’s own), securityContext: { runAsUser: 0, capabilities: { add: [SYS_PTRACE] } }',
      },
    ],
  },
  'memory-contents': {
    group: 'processes',
    title: 'memory of processes that mmapctl did not start',
    costs: 'thp PID cannot tell how much of the huge pages is zeros, and so wasted.',
    grants: [
      { by: 'host', how: 'sudo sysctl kernel.yama.ptrace_scope=0' },
      ROOT,
      ambient('SYS_PTRACE', 'DAC_READ_SEARCH'),
      ...container('SYS_PTRACE'),
    ],
  },
  'all-processes': {
    group: 'processes',
    title: 'all processes of the host',
    costs:
      'ps, dirty and overcommit list and add up the processes that can be seen alone; a PID of the host is not found.',
    grants: [
      { by: 'host', how: 'sudo mount -o remount,hidepid=0 /proc, or be in the group of its gid= option' },
      { by: 'docker', how: '--pid=host' },
      { by: 'kubernetes', how: 'hostPID: true' },
    ],
  },
  'map-files': {
    group: 'processes',
    title: 'facts of mapped files through the mapping',
    costs:
      'doctor and dirty ask by the file’s name instead: of a deleted or replaced file, or one in another mount namespace, sizes are not known.',
    grants: [ROOT, ambient('CHECKPOINT_RESTORE'), ...container('CHECKPOINT_RESTORE', 'SYS_PTRACE')],
  },
  'page-frames': {
    group: 'pages',
    title: 'page frame numbers in pagemap',
    costs: 'thp --folios has no sizes of large folios (mTHP).',
    grants: [ROOT, ambient('SYS_ADMIN'), ...container('SYS_ADMIN')],
  },
  'frame-flags': {
    group: 'pages',
    title: 'flags of page frames (kpageflags)',
    costs: 'thp --folios has no sizes of large folios (mTHP).',
    grants: [ROOT, { by: 'docker', how: '--user 0, without user namespaces (--userns=host)' }],
  },
  cachestat: {
    group: 'pages',
    title: 'the page cache of a file (cachestat)',
    costs: 'dirty does not know how much of a file is dirty or under writeback, only what processes have mapped of it.',
    grants: [
      {
        by: 'run',
        how: 'sudo mmapctl … for files of others: the kernel answers their owner, and who may write to them',
      },
      KOFFI,
      { by: 'kernel', how: 'Linux 6.5' },
      { by: 'docker', how: '--security-opt seccomp=PROFILE with cachestat allowed; newer engines allow it' },
    ],
  },
  'pagemap-scan': {
    group: 'pages',
    title: 'scans of pages by the kernel (PAGEMAP_SCAN)',
    costs: 'Nothing: no report needs it.',
    grants: [KOFFI, { by: 'kernel', how: 'Linux 6.7' }],
  },
  'procmap-query': {
    group: 'pages',
    title: 'questions about one mapping (PROCMAP_QUERY)',
    costs: 'Nothing: no report needs it.',
    grants: [KOFFI, { by: 'kernel', how: 'Linux 6.11' }],
  },
  'soft-dirty': {
    group: 'pages',
    title: 'soft-dirty bits',
    costs: 'Nothing: no report needs them, since clearing them disturbs the process.',
    grants: [{ by: 'kernel', how: 'CONFIG_MEM_SOFT_DIRTY=y' }],
  },
  perf: {
    group: 'faults',
    title: 'perf',
    costs: 'faults has the kernel’s own counts alone: no kernel mode, no TLB misses, no places (--by).',
    grants: [PERF],
  },
  'fault-counts': {
    group: 'faults',
    title: 'page faults counted by perf',
    costs: 'faults has the kernel’s own counts alone, and nothing to check them with.',
    grants: [PARANOID, PERF_CAPABILITY, ...container('PERFMON')],
  },
  'kernel-faults': {
    group: 'faults',
    title: 'page faults in kernel mode',
    costs: 'faults misses those that system calls take for the program, such as read(2) into fresh memory.',
    grants: [PARANOID, PERF_CAPABILITY, ...container('PERFMON')],
  },
  'hardware-events': {
    group: 'faults',
    title: 'hardware events (PMU)',
    costs: 'faults has no TLB misses, page walks and cycles; check has no metric dtlb-misses.',
    grants: [
      {
        by: 'machine',
        how: 'a physical one, or a virtual machine with a virtual PMU: -cpu host,pmu=on (QEMU), a metal or large instance (clouds)',
      },
    ],
  },
  'fault-records': {
    group: 'faults',
    title: 'faults recorded with their address',
    costs: 'faults --by and --stacks say nothing: there is no place, file or symbol of a fault.',
    grants: [PARANOID, PERF_CAPABILITY, ...container('PERFMON')],
  },
  'error-codes': {
    group: 'faults',
    title: 'what the processor said of each fault (tracepoints)',
    costs: 'faults --by kind tells reads from writes by what the mapping allows: likely instead of sure.',
    grants: [ROOT, { by: 'kernel', how: 'x86 with tracefs mounted; other processors have no such tracepoints' }],
  },
  'native-calls': {
    group: 'measuring programs',
    title: 'native system calls (koffi)',
    costs: 'check and baseline measure by strace or by polling, and cachestat cannot be asked.',
    grants: [KOFFI],
  },
  'exact-measuring': {
    group: 'measuring programs',
    title: 'programs traced to their end',
    costs:
      'check and baseline fall back to strace, else to polling: peaks may be missed, and budgets then need --accept-polled.',
    grants: [
      KOFFI,
      {
        by: 'host',
        how: 'sudo sysctl kernel.yama.ptrace_scope=1 (3 stays until the next boot); not inside strace or a debugger',
      },
      ...container('SYS_PTRACE'),
    ],
  },
  strace: {
    group: 'measuring programs',
    title: 'strace',
    costs: 'Nothing while programs can be traced; without both, check and baseline poll.',
    grants: [{ by: 'install', how: 'strace 5.3 or later' }, ...container('SYS_PTRACE')],
  },
  'fixed-addresses': {
    group: 'measuring programs',
    title: 'programs without address randomisation',
    costs: 'check and baseline see more noise in mappings, page tables and faults.',
    grants: [
      { by: 'docker', how: '--security-opt seccomp=PROFILE that allows personality(2) with 0x0040000' },
      { by: 'kubernetes', how: 'securityContext: { seccompProfile: { type: Localhost, localhostProfile: PROFILE } }' },
      {
        by: 'host',
        how: 'sudo sysctl kernel.randomize_va_space=0, for all programs: on a machine for measuring alone',
      },
    ],
  },
  'cgroup-memory': {
    group: 'host',
    title: 'our memory cgroup',
    costs: 'overcommit and doctor do not know the limits of cgroups; dirty does not know their dirty pages.',
    grants: [
      { by: 'host', how: 'sudo mount -t cgroup2 none /sys/fs/cgroup; boot without cgroup_disable=memory' },
      { by: 'docker', how: '--cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:ro' },
    ],
  },
  pressure: {
    group: 'host',
    title: 'memory pressure (PSI)',
    costs: 'doctor cannot check memory-stall, and overcommit has no word on waiting.',
    grants: [{ by: 'kernel', how: 'Linux 4.20, CONFIG_PSI=y, boot with psi=1' }],
  },
  'huge-page-settings': {
    group: 'host',
    title: 'settings of transparent huge pages',
    costs: 'thp cannot say why memory is not huge.',
    grants: [
      { by: 'kernel', how: 'CONFIG_TRANSPARENT_HUGEPAGE=y' },
      { by: 'docker', how: '-v /sys:/sys:ro' },
    ],
  },
  'cap-sys-ptrace': {
    group: 'capabilities',
    title: 'CAP_SYS_PTRACE',
    costs: 'What smaps of other users’ processes costs above.',
    grants: [ambient('SYS_PTRACE'), ...container('SYS_PTRACE')],
  },
  'cap-dac-read-search': {
    group: 'capabilities',
    title: 'CAP_DAC_READ_SEARCH',
    costs: 'pagemap and map_files of other users’ processes stay closed (0400, 0500), kpageflags to all but root.',
    grants: [ambient('DAC_READ_SEARCH'), ...container('DAC_READ_SEARCH')],
  },
  'cap-sys-admin': {
    group: 'capabilities',
    title: 'CAP_SYS_ADMIN',
    costs: 'What page frame numbers cost above.',
    grants: [ambient('SYS_ADMIN'), ...container('SYS_ADMIN')],
  },
  'cap-perfmon': {
    group: 'capabilities',
    title: 'CAP_PERFMON',
    costs: 'perf is bound by kernel.perf_event_paranoid. Linux before 5.8 asks for CAP_SYS_ADMIN instead.',
    grants: [PERF_CAPABILITY, ambient('PERFMON'), ...container('PERFMON')],
  },
  'cap-checkpoint-restore': {
    group: 'capabilities',
    title: 'CAP_CHECKPOINT_RESTORE',
    costs: 'Nothing beside CAP_SYS_ADMIN; else what facts of mapped files cost above. Linux 5.9.',
    grants: [ambient('CHECKPOINT_RESTORE'), ...container('CHECKPOINT_RESTORE')],
  },
  'cap-ipc-lock': {
    group: 'capabilities',
    title: 'CAP_IPC_LOCK',
    costs:
      'perf’s buffers for recordings are bound by kernel.perf_event_mlock_kb: many faults at once may be lost, which faults says.',
    grants: [ambient('IPC_LOCK'), ...container('IPC_LOCK')],
  },
  terminal: {
    group: 'output',
    title: 'a terminal',
    costs: 'Nothing: lines are not cut, and there is no progress.',
    grants: [],
  },
  colours: {
    group: 'output',
    title: 'colours',
    costs: 'Nothing but the colours.',
    grants: [{ by: 'run', how: '--color always, or FORCE_COLOR=1' }],
  },
}
