import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  MAPPING_FIELDS as DIRTY_MAPPINGS,
  PROCESS_FIELDS as DIRTY_PROCESSES,
  FILE_FIELDS,
} from '../../src/analysis/dirty/tables.ts'
import { OWNER_FIELDS } from '../../src/analysis/overcommit/owners.ts'
import { PROMISE_FIELDS } from '../../src/analysis/overcommit/promises.ts'
import { RISK_RULES } from '../../src/analysis/overcommit/risk-rules.ts'
import { PS_FIELDS } from '../../src/analysis/ps/fields.ts'
import { ramReport } from '../../src/analysis/ps/ram.ts'
import { RULES } from '../../src/analysis/rules/index.ts'
import { RULE_SYSCTLS } from '../../src/analysis/rules/sysctls.ts'
import { ALL_TOPICS, meaningsOf, nearTopics } from '../../src/cli/explain-topics.ts'
import { ABILITY_IDS } from '../../src/model/ability.ts'
import { DURABILITY_NAMES } from '../../src/model/durability.ts'
import { FAULT_KIND_NAMES } from '../../src/model/fault-attribution.ts'
import { GATE_METRIC_NAMES } from '../../src/model/gate/metrics.ts'
import { HOST_EVENTS } from '../../src/model/host-events.ts'
import { KIND_NAMES } from '../../src/model/kinds.ts'
import { THP_REASONS } from '../../src/model/thp-reasons.ts'
import { VM_FLAGS } from '../../src/model/vm-flags.ts'
import { WATCH_FIGURES } from '../../src/model/watch.ts'
import { COUNTER_COLUMNS, HOTSPOT_COLUMNS } from '../../src/output/faults-csv.ts'
import { COLUMN_NAMES } from '../../src/output/mapping-columns.ts'
import { MAPPING_FIELDS as THP_MAPPINGS } from '../../src/output/thp-mapping-fields.ts'
import { PROCESS_FIELDS as THP_PROCESSES } from '../../src/output/thp-process-fields.ts'
import { parseMeminfo } from '../../src/parsers/meminfo.ts'
import type { TopicKind } from '../../src/reference/topic.ts'
import { fixtureText } from '../helpers/fixtures.ts'

const PROC = new URL('../fixtures/proc/', import.meta.url)

/** Lines of a file of every captured process, of all the kernels that they were captured on. */
function captured(file: string): readonly string[] {
  return readdirSync(PROC).flatMap((sample) => {
    try {
      return readFileSync(new URL(`${sample}/${file}`, PROC), 'latin1').split('\n')
    } catch {
      return []
    }
  })
}

/** First groups of a pattern in lines, each once. */
function found(lines: readonly string[], pattern: RegExp): readonly string[] {
  return [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))]
}

const MEMINFOS = ['system/meminfo', 'synthetic/meminfo-linux-4.4.txt', 'proc/hugetlb/meminfo', 'proc/swap/meminfo']

function linesOf(fixture: string): readonly string[] {
  return fixtureText(fixture).split('\n')
}

/** What rules name as a source of their figures. */
function inRules(pattern: RegExp): readonly string[] {
  const CHECKS = new URL('../../src/analysis/rules/checks/', import.meta.url)
  const texts = readdirSync(CHECKS).map((file) => readFileSync(new URL(file, CHECKS), 'utf8'))
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))
}

const names = (fields: readonly { readonly name: string }[]): readonly string[] => fields.map(({ name }) => name)

/** Everything that the code knows by name, and what it is a topic of. */
const KNOWN: readonly (readonly [kind: TopicKind, ids: readonly string[], least: number])[] = [
  ['smaps field', found(captured('smaps'), /^([A-Z][A-Za-z_]+): /), 20],
  ['meminfo field', found(MEMINFOS.flatMap(linesOf), /^([A-Z][\w()]+):/), 55],
  ['counter of vmstat', [...Object.keys(HOST_EVENTS), ...inRules(/vmstat: (\w+)/g)], 15],
  ['smaps field', found(captured('smaps_rollup'), /^([A-Z][A-Za-z_]+): /), 20],
  ['status field', found(captured('status'), /^((?:Vm|Rss|Huge|THP|CoreD|untag)\w+):/), 15],
  [
    'VmFlag',
    [
      ...Object.keys(VM_FLAGS),
      ...captured('smaps').flatMap((line) => /^VmFlags: (.*) $/.exec(line)?.[1]?.split(' ') ?? []),
    ],
    41,
  ],
  ['kind', KIND_NAMES, 30],
  ['column of maps', COLUMN_NAMES, 20],
  ['column of ps', names(PS_FIELDS), 30],
  ['column of dirty', names([...FILE_FIELDS, ...DIRTY_PROCESSES, ...DIRTY_MAPPINGS]), 20],
  ['column of thp', names([...THP_MAPPINGS, ...THP_PROCESSES]), 15],
  ['column of overcommit', names([...OWNER_FIELDS, ...PROMISE_FIELDS]), 10],
  ['column of faults', [...COUNTER_COLUMNS, ...HOTSPOT_COLUMNS], 25],
  ['figure of watch', WATCH_FIGURES, 19],
  ['metric of check', GATE_METRIC_NAMES, 15],
  ['durability', DURABILITY_NAMES, 5],
  ['reason of thp', THP_REASONS.map(([name]) => name), 20],
  ['risk rule', Object.keys(RISK_RULES), 4],
  ['kind of fault', FAULT_KIND_NAMES, 12],
  ['setting', RULE_SYSCTLS.map((name) => name.replace('/', '.')), 15],
  ['ability', ABILITY_IDS, 30],
]

/** include/uapi/asm-generic/mman-common.h, mman.h, linux/mman.h and arch/x86/include/uapi/asm/mman.h. */
const CALL_FLAGS = [
  ...'SHARED PRIVATE SHARED_VALIDATE DROPPABLE FIXED ANONYMOUS POPULATE NONBLOCK STACK HUGETLB SYNC'
    .split(' ')
    .map(map),
  ...'FIXED_NOREPLACE UNINITIALIZED GROWSDOWN DENYWRITE EXECUTABLE LOCKED NORESERVE 32BIT ABOVE4G FILE'
    .split(' ')
    .map(map),
  ...'NORMAL RANDOM SEQUENTIAL WILLNEED DONTNEED FREE REMOVE DONTFORK DOFORK HWPOISON SOFT_OFFLINE'
    .split(' ')
    .map(advice),
  ...'MERGEABLE UNMERGEABLE HUGEPAGE NOHUGEPAGE DONTDUMP DODUMP WIPEONFORK KEEPONFORK COLD PAGEOUT'
    .split(' ')
    .map(advice),
  ...'POPULATE_READ POPULATE_WRITE DONTNEED_LOCKED COLLAPSE GUARD_INSTALL GUARD_REMOVE'.split(' ').map(advice),
  ...['MS_ASYNC', 'MS_INVALIDATE', 'MS_SYNC'],
]

function map(name: string): string {
  return `MAP_${name}`
}

function advice(name: string): string {
  return `MADV_${name}`
}

describe('everything that has a name in reports is explained', () => {
  test.each(KNOWN)('%s', (kind, ids, least) => {
    const topics = new Set(ALL_TOPICS.filter((topic) => topic.kind === kind).map(({ id }) => id))
    expect(new Set(ids).size).toBeGreaterThanOrEqual(least)
    expect([...new Set(ids)].filter((id) => !topics.has(id) && id !== '??')).toEqual([])
  })

  test('names in maps of every captured process', () => {
    const topics = ALL_TOPICS.filter(({ kind }) => kind === 'name in maps').map(({ id }) => id)
    // N and NAME stand for a number and a name, k for a digit of a key.
    const patterns = topics.map(
      (id) =>
        new RegExp(
          `^${id
            .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
            .replace(/NAME/, '.*')
            .replace(/\bN\b|TID/, '\\d+')
            .replace(/k{8}/, '[0-9a-f]{8}')}$`,
          's',
        ),
    )
    const special = found(
      captured('maps'),
      /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ +((?:[[a-z]|\/(?:memfd:|SYSV|anon_huge|secretmem|\[aio|dev\/zero)).*)$/,
    )
    expect(special.length).toBeGreaterThan(10)
    expect(special.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([])
  })

  test('every flag of mmap, madvise and msync up to Linux 6.19', () => {
    const unexplained = CALL_FLAGS.filter((name) => meaningsOf(name).topics.length === 0)
    expect(unexplained).toEqual([])
  })
})

describe('a topic', () => {
  test('is told in sentences, with where it is shown and where to read on', () => {
    const told = ({ what, reading, shownBy, reference, since }: (typeof ALL_TOPICS)[number]): boolean =>
      /^[^ ].*[.)]$/s.test(what) &&
      /^(?:|[^ ].*[.!?])$/s.test(reading) &&
      shownBy !== '' &&
      reference !== '' &&
      /^\d+\.\d+(?:\.\d+)?$/.test(since ?? '2.6')
    expect(ALL_TOPICS.filter((topic) => !told(topic))).toEqual([])
  })

  test('is known by its name once in its kind, but for columns of several tables', () => {
    const single = ALL_TOPICS.filter(({ kind }) => !kind.startsWith('column of'))
    const seen = single.map(({ kind, id }) => `${kind}/${id}`)
    expect(seen.filter((key, index) => seen.indexOf(key) !== index)).toEqual([])
  })
})

describe('a word', () => {
  test('is found as it is spelled, and however people spell it', () => {
    expect(meaningsOf('Pss').topics.map(({ kind }) => kind)).toEqual(['smaps field'])
    expect(meaningsOf('pss').topics.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['smaps field', 'column of maps', 'column of ps', 'figure of watch']),
    )
    expect(meaningsOf('heap').topics.map(({ id }) => id)).toEqual(expect.arrayContaining(['[heap]', 'heap']))
    expect(meaningsOf('madv_free').topics.map(({ id }) => id)).toEqual(['MADV_FREE'])
    expect(meaningsOf('minor-fault').topics.map(({ id }) => id)).toEqual(['minor fault'])
    expect(meaningsOf('max_map_count').topics.map(({ id }) => id)).toEqual(['vm.max_map_count'])
    expect(meaningsOf('shmem_enabled').topics.map(({ id }) => id)).toContain('transparent_hugepage/shmem_enabled')
    expect(meaningsOf('AnonHugePages').topics.map(({ kind }) => kind)).toEqual(['smaps field', 'meminfo field'])
    expect(meaningsOf('committed_as').topics.map(({ id }) => id)).toEqual(['Committed_AS'])
    expect(meaningsOf('allocstall_normal').topics.map(({ id }) => id)).toEqual(['allocstall_*'])
    for (const { id } of RULES) expect(meaningsOf(id.toUpperCase()).rules.map((rule) => rule.id)).toEqual([id])
  })

  test.each([
    ['psss', 'Pss'],
    ['madvise_free', 'MADV_FREE'],
    ['vm.max_map_cont', 'vm.max_map_count'],
    ['writeable-executable', 'writable-executable'],
    ['hugepages', 'Hugepagesize'],
    ['commited_as', 'Committed_AS'],
  ])('that is nearly right is guessed: %s', (word, meant) => {
    expect(meaningsOf(word)).toEqual({ topics: [], rules: [] })
    expect(nearTopics(word)).toContain(meant)
  })
})

test('lines of meminfo are said to be in ps where ps reads them, and nowhere else', () => {
  const read = new Set<string>()
  const meminfo = new Proxy(parseMeminfo(Buffer.from('MemTotal: 4096 kB\n')), {
    get: (target, key, receiver) => {
      read.add(String(key).toLowerCase())
      return Reflect.get(target, key, receiver)
    },
  })
  ramReport(meminfo, [], true)
  const topics = ALL_TOPICS.filter(({ kind }) => kind === 'meminfo field')
  const key = (id: string): string => id.toLowerCase().replaceAll('_', '')
  const said = topics.filter(({ shownBy }) => /\bps\b/.test(shownBy)).map(({ id }) => key(id))
  // Those of huge pages are told by thp, which has more of them.
  const elsewhere = ['hugepagestotal', 'hugepagesfree', 'hugepagesize', 'hugetlb']
  expect(said.sort()).toEqual([...read].filter((each) => !elsewhere.includes(each)).sort())
})

test.each([
  ['/proc/sys/vm/swappiness', 'vm.swappiness'],
  ['/sys/kernel/mm/transparent_hugepage/enabled', 'transparent_hugepage/enabled'],
  ['/sys/kernel/mm/transparent_hugepage/khugepaged/defrag', 'khugepaged/defrag'],
  ['/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled', 'hugepages-<size>kB/enabled'],
  ['Max locked memory', 'RLIMIT_MEMLOCK'],
  ['[anon:glibc: malloc]', '[anon:NAME]'],
  ['[anon_shmem:ring]', '[anon_shmem:NAME]'],
  ['[stack:4711]', '[stack:TID]'],
  ['/memfd:a (deleted) b (deleted)', '/memfd:NAME (deleted)'],
  ['/SYSV0052e2c1 (deleted)', '/SYSVkkkkkkkk (deleted)'],
  ['anon_inode:kvm-vcpu:3', 'anon_inode:kvm-vcpu:N'],
  ['socket:[81234]', 'socket:[N]'],
  ['/usr/lib/libc.so.6 (deleted)', '(deleted)'],
])('%s is found as it stands in files of the kernel', (word, id) => {
  expect(meaningsOf(word).topics.map((topic) => topic.id)).toEqual([id])
})

test('what has no form of a topic means nothing', () => {
  for (const word of ['[anon]x', '[stack:x]', 'socket:[a]', '/SYSV1 (deleted)x', 'Max', '/sys/kernel/mm/', '/memfd:x'])
    expect(
      meaningsOf(word).topics.map(({ id }) => id),
      word,
    ).toEqual([])
})
