import { bindCachestat, type CachestatCall } from './cachestat.ts'
import { bindIoctls, type MemoryIoctls } from './ioctl.ts'
import { koffiPath, Libc } from './libc.ts'
import { bindPagemapScan, type PagemapScan } from './pagemap-scan.ts'
import { probe } from './probe.ts'
import { bindProcesses, type Processes } from './processes.ts'
import { bindTracing, type Tracing } from './tracing.ts'

/** System calls that Node has no function for. Each answers with the name of its error, and never throws. */
export interface Native {
  readonly cachestat: CachestatCall
  readonly ioctls: MemoryIoctls
  readonly pagemapScan: PagemapScan
  readonly tracing: Tracing
  readonly processes: Processes
}

/** Why there are none, in plain words; whoever asks has another way, or says so. */
export interface NativeUnavailable {
  readonly unavailable: string
}

/** Where a long has 64 bits, and numbers of system calls are the common ones. */
const ARCHITECTURES = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64']

let answer: Native | NativeUnavailable | null = null

/**
 * The native layer: koffi, an optional dependency, looked for when it is first asked for, and tried once in a process
 * of its own (some 60 ms).
 */
export function native(): Native | NativeUnavailable {
  answer ??= find((path) => probe(path))
  return answer
}

/** The same for a process that may die of it: nothing is tried first. */
export function nativeUntried(): Native | NativeUnavailable {
  answer ??= find(() => null)
  return answer
}

export function isNative(layer: Native | NativeUnavailable): layer is Native {
  return !('unavailable' in layer)
}

function find(tried: (path: string) => string | null): Native | NativeUnavailable {
  if (process.env['MMAPCTL_NO_NATIVE'] === '1') return { unavailable: 'MMAPCTL_NO_NATIVE=1 forbids native calls' }
  if (!ARCHITECTURES.includes(process.arch)) return { unavailable: `no native calls on ${process.arch}` }
  const path = koffiPath()
  if (path === null) return { unavailable: 'the optional package koffi is not installed' }
  const refused = tried(path)
  if (refused !== null) return { unavailable: refused }
  try {
    const libc = Libc.load(path)
    return {
      cachestat: bindCachestat(libc),
      ioctls: bindIoctls(libc),
      pagemapScan: bindPagemapScan(libc),
      tracing: bindTracing(libc),
      processes: bindProcesses(libc),
    }
  } catch (error) {
    return { unavailable: `koffi does not load: ${(error as Error).message}` }
  }
}
