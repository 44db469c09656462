import { createHash } from 'node:crypto'
import type { Capture, Captured } from '../model/capture.ts'

/** What redaction does with each kind of file, in the words of `capture --what`; what is not here is left out. */
export const REDACTIONS: readonly {
  readonly files: RegExp
  readonly how: 'kept' | 'names hashed'
  readonly what: string
}[] = [
  { files: /^proc\/\d+\/(?:task\/\d+\/)?(?:maps|smaps|numa_maps)$/, how: 'names hashed', what: 'mappings' },
  { files: /^(?:proc\/\d+|reader)\/mountinfo$/, how: 'names hashed', what: 'mounts' },
  { files: /^proc\/\d+\/cgroup$/, how: 'names hashed', what: 'cgroups' },
  {
    files: /^proc\/\d+\/(?:task\/\d+\/)?(?:stat|statm|status|smaps_rollup|limits|oom_score|oom_score_adj|io)$/,
    how: 'kept',
    what: 'figures of processes, with their thread names',
  },
  { files: /^proc\/\d+\/pagemap\.regions$/, how: 'kept', what: 'which pages are in memory, without their frames' },
  {
    files: /^proc\/(?:meminfo|vmstat|uptime|buddyinfo|pagetypeinfo|swaps|cpuinfo|cgroups|loadavg|stat)$/,
    how: 'kept',
    what: 'figures of the host',
  },
  { files: /^proc\/(?:sys|pressure|sysvipc)\//, how: 'kept', what: 'settings, pressure and System V segments' },
  { files: /^proc\/zoneinfo$/, how: 'kept', what: 'memory zones' },
  { files: /^sys\/kernel\/mm\//, how: 'kept', what: 'huge pages and KSM' },
  {
    files: /^sys\/(?:class\/bdi|devices\/system\/(?:node|cpu))\//,
    how: 'kept',
    what: 'devices’ writeback, nodes and CPUs',
  },
  { files: /^reader\/auxv$/, how: 'kept', what: 'page size and clock' },
]

/**
 * Takes names out of a capture: those of files are hashed part by part, so that equal names stay equal, also from one
 * capture to another, and every report still adds up; command lines, users and all that is not known to be harmless is
 * left out. Whoever guesses a name can find it confirmed: hashes hide what is not guessed.
 */
export function redacted({ info, answers }: Capture): Capture {
  const kept = new Map<string, Captured>()
  for (const [key, answer] of answers) {
    const path = key.slice(key.indexOf(':') + 1)
    const safe = redactAnswer(path, answer)
    if (safe !== null) kept.set(key, safe)
  }
  return { info: { ...info, redacted: true }, answers: kept }
}

function redactAnswer(path: string, answer: Captured): Captured | null {
  switch (answer.kind) {
    case 'file': {
      const rule = REDACTIONS.find(({ files }) => files.test(path))
      if (rule === undefined) return null
      return rule.how === 'kept'
        ? answer
        : { ...answer, bytes: Buffer.from(redactText(path, answer.bytes.toString('latin1')), 'latin1') }
    }
    case 'link': {
      const target = answer.target.toString('latin1')
      return /\/exe$/.test(path) ? { kind: 'link', target: Buffer.from(hashedPath(target), 'latin1') } : null
    }
    case 'facts':
      // Asked by name; those asked by address tell no name.
      return /\/map_files\//.test(path) ? answer : null
    case 'space':
    case 'cache':
    // Page frames tell where memory lies, which attacks on it need to know.
    case 'words':
      return null
    case 'list':
    case 'directory':
      return answer
    case 'refused':
      return /\/root\//.test(path) ? null : answer
  }
}

function redactText(path: string, text: string): string {
  if (path.endsWith('/mountinfo')) return perLine(text, redactMount)
  if (path.endsWith('/cgroup')) return perLine(text, (line) => line.replace(/(?<=^\d+:[^:]*:)\/.*$/s, hashedPath))
  if (path.endsWith('/numa_maps')) return perLine(text, (line) => line.replace(/(?<= file=)\S+/, hashedPath))
  return perLine(text, redactMapping)
}

function perLine(text: string, redact: (line: string) => string): string {
  return text.split('\n').map(redact).join('\n')
}

const MAPPING = /^([0-9a-f]{8,16}-[0-9a-f]{8,16} [rwxsp-]{4} [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +)(\S.*)$/s

function redactMapping(line: string): string {
  const [, head, name] = MAPPING.exec(line) ?? []
  return head === undefined || name === undefined ? line : head + hashedName(name)
}

/** Fields 4, 5 and the source are names; the optional fields between them end with ` - `. */
function redactMount(line: string): string {
  const fields = line.split(' ')
  const end = fields.indexOf('-')
  return fields
    .map((field, at) =>
      at === 3 || at === 4 || (end > 0 && at === end + 2) ? (field.startsWith('/') ? hashedPath(field) : field) : field,
    )
    .join(' ')
}

/** Names that the kernel itself gives tell nothing; what a program has named does. */
function hashedName(name: string): string {
  const given = /^(\[anon(?:_shmem)?:)(.*)(\])$/s.exec(name) ?? /^(\/memfd:)(.*)( \(deleted\))$/s.exec(name)
  if (given !== null) return `${given[1]}${given[2] === '' ? '' : hash(given[2] ?? '')}${given[3]}`
  if (!name.startsWith('/') || KERNEL_NAMES.test(name)) return name
  return hashedPath(name)
}

const KERNEL_NAMES = /^\/(?:dev\/zero|SYSV[0-9a-f]{8}|anon_hugepage|secretmem|\[aio\])(?: \(deleted\))?$/
const DELETED = ' (deleted)'
/** Libraries of the distribution tell no secret, and their names are how runtimes are known. */
const PUBLIC = /^\/(?:usr\/)?lib(?:32|64|x32)?\/.*\.so(?:\.[\d.]+)?$/

function hashedPath(path: string): string {
  const deleted = path.endsWith(DELETED)
  const bare = deleted ? path.slice(0, -DELETED.length) : path
  if (PUBLIC.test(bare)) return path
  const parts = bare.split('/')
  const hashed = parts.map((part, at) => {
    const program = at === parts.length - 1 && RUNTIMES.test(part)
    return part === '' || program ? part : hashedPart(part)
  })
  return hashed.join('/') + (deleted ? DELETED : '')
}

/** Names that databases give their files are the same everywhere, and how they are known. */
const GIVEN = /^(?:data\.mdb|lock\.mdb|mdbx\.(?:dat|lck)|\d{6,12}\.(?:sst|ldb))$/
/** What SQLite and LMDB add to a database's name for the files beside it. */
const BESIDE = /-(?:shm|wal|lock)$/

/** Runtimes: everybody's are called so, and what memory of theirs is depends on it. */
const RUNTIMES =
  /^(?:node|nodejs|chrome|chromium|electron|deno|d8|bun|java|dotnet|(?:python|pypy|perl|ruby|php|lua)\d*(?:\.\d+)*|luajit|Rscript|beam\.smp|lib(?:jvm|node|v8)\.so(?:\.[\d.]+)?)$/

/** The ending stays: what kind of file it is decides how it is read. */
function hashedPart(part: string): string {
  if (GIVEN.test(part)) return part
  const beside = BESIDE.exec(part)?.[0] ?? ''
  const bare = part.slice(0, part.length - beside.length)
  const ending = /(?:\.so(?:\.[\d.]+)?|\.[a-z]{1,4})$/.exec(bare)?.[0] ?? ''
  return hash(bare) + ending + beside
}

function hash(text: string): string {
  return createHash('sha256').update('mmapctl name\0').update(text, 'latin1').digest('hex').slice(0, 12)
}
