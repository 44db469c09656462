import { describe, expect, it } from 'vitest'
import { classify } from '../../src/analysis/classify/classify.ts'
import type { ClassifyContext } from '../../src/analysis/classify/context.ts'
import { endsDeleted, nameForm, withoutDeleted } from '../../src/analysis/classify/names.ts'
import { KIND_NAMES, type Kind } from '../../src/model/kinds.ts'
import { packDevice } from '../../src/model/mapping-table.ts'
import { permsText } from '../../src/model/perms.ts'
import { readMaps, readSmaps } from '../helpers/feed.ts'
import { fixtureBytes, fixturePaths, fixtureText, SAMPLES } from '../helpers/fixtures.ts'
import { NO_CONTEXT, type SampleOptions, sampleReport } from '../helpers/reports.ts'
import { bytes } from '../parsers/support.ts'

/** `kind (label)` of the mapping that the test program printed under a label. */
function labelled(sample: string, label: string, options: SampleOptions = {}): string {
  const pattern = new RegExp(`^${label.replace(/[()|]/g, '\\$&')} +(?:0x)?([0-9a-f]+)`, 'm')
  const start = Number.parseInt(pattern.exec(fixtureText(`proc/${sample}/labels.txt`))?.[1] ?? '', 16)
  const { table, classes } = sampleReport(sample, {}, options)
  return classes.kind(table.start.indexOf(start))
}

/** How many mappings have each kind and label. */
function tally(sample: string, options: SampleOptions = {}): Record<string, number> {
  const { table, classes } = sampleReport(sample, {}, options)
  const counts: Record<string, number> = {}
  for (let row = 0; row < table.length; row++) {
    const label = classes.label(row)
    const key = label === null ? classes.kind(row) : `${classes.kind(row)} (${label})`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** Kind, evidence and label of each mapping of a text that a test made up. */
function verdicts(text: string, context: Partial<ClassifyContext> = {}): string[] {
  const table = text.includes('VmFlags') ? readSmaps(bytes(text)) : readMaps(bytes(text))
  const classes = classify(table, { ...NO_CONTEXT, ...context })
  return Array.from({ length: table.length }, (_, row) => {
    const label = classes.label(row)
    return `${classes.kind(row)}: ${classes.evidence(row)}${label === null ? '' : ` (${label})`}`
  })
}

describe('every kind of mapping that the test program made', () => {
  const KINDS: Readonly<Record<string, Kind>> = {
    'anon-priv-rw': 'anonymous',
    'anon-priv-ro': 'anonymous',
    'anon-priv-none': 'reserved',
    'anon-priv-noreserve': 'anonymous',
    'anon-shared-rw': 'anonymous-shared',
    'anon-shared-noreserve': 'anonymous-shared',
    'devzero-priv': 'anonymous',
    'devzero-shared': 'anonymous-shared',
    'rwx-anon': 'jit',
    'jit-wx-toggled': 'jit',
    'anon-ro-was-rw-touched': 'anonymous',
    'anon-none-was-rw-touched': 'anonymous',
    'file-priv-r': 'file-private',
    'file-priv-rw-cow': 'file-private',
    'file-shared-rw': 'file-shared',
    'file-shared-r': 'file-shared',
    'file-shared-r-on-rdonly-fd': 'file-shared',
    'file-beyond-eof': 'file-shared',
    mlocked: 'anonymous',
    growsdown: 'anonymous',
    map_stack: 'anonymous',
    droppable: 'droppable',
    sealed: 'anonymous',
    lazyfree: 'anonymous',
    secretmem: 'secretmem',
    'memfd-rw': 'memfd',
    'memfd-rx': 'memfd',
    'memfd-priv': 'memfd',
    'memfd-sealed-ro': 'memfd',
    'sysv-key': 'sysv',
    'sysv-private': 'sysv',
    'posix-shm': 'shmem',
    'io_uring-sq': 'io-uring',
    'io_uring-sqes': 'io-uring',
    'aio-ring': 'aio',
    'perf-ring': 'perf',
    'packet-ring': 'packet-ring',
    'bpf-map': 'bpf',
    'kvm-vcpu': 'driver',
    'uffd-missing': 'uffd',
    'uffd-wp': 'uffd',
    'uffd-minor': 'memfd',
    pkey: 'anonymous',
  }

  it.each(Object.entries(KINDS))('%s is %s', (label, kind) => {
    expect(labelled('kinds', label)).toBe(kind)
  })

  it.each([
    ['droppable', 'anonymous'],
    ['uffd-missing', 'anonymous'],
    ['anon-none-was-rw-touched', 'guard'],
    ['secretmem', 'secretmem'],
    ['posix-shm', 'shmem'],
    ['rwx-anon', 'jit'],
    ['devzero-shared', 'anonymous-shared'],
  ])('%s is %s when maps is all that was read', (label, kind) => {
    expect(labelled('kinds', label, { basic: true })).toBe(kind)
  })

  it('of the hugetlb pool is hugetlb', () => {
    for (const label of ['priv-hugetlb', 'shared-hugetlb', 'memfd-hugetlb', 'sysv-hugetlb', 'hugetlbfs-file']) {
      expect(labelled('hugetlb', label)).toBe('hugetlb')
    }
    expect(labelled('hugetlb', 'priv-hugetlb', { basic: true })).toBe('hugetlb')
    expect(labelled('hugetlb', 'hugetlbfs-file', { basic: true })).toBe('hugetlb')
  })
})

describe('every mapping of every fixture', () => {
  it.each([...fixturePaths('maps'), ...fixturePaths('smaps')])('in %s has a kind and evidence for it', (path) => {
    const table = path.includes('smaps') ? readSmaps(fixtureBytes(path)) : readMaps(fixtureBytes(path))
    const classes = classify(table, NO_CONTEXT)
    for (let row = 0; row < table.length; row++) {
      expect(KIND_NAMES).toContain(classes.kind(row))
      expect(classes.evidence(row)).not.toBe('')
      const name = table.nameOf(row)
      const isBracket = /^\[(heap|stack|vdso|vvar|vsyscall)\]$/.exec(name)?.[1]
      if (isBracket !== undefined && !table.hasInode(row)) expect(classes.kind(row)).toBe(isBracket)
      if (permsText(table.perms[row] ?? 0).startsWith('--x') && name === '') expect(classes.kind(row)).toBe('jit')
    }
  })

  it.each(SAMPLES)('of %s that holds no data when only maps was read holds little when smaps was', (sample) => {
    const full = sampleReport(sample)
    for (let row = 0; row < full.table.length; row++) {
      const kind = full.classes.kind(row)
      if (kind === 'guard' || kind === 'reserved') expect(full.table.value('Rss', row)).toBe(0)
    }
  })
})

describe('files with hostile names', () => {
  it('are files, even one called [heap]', () => {
    for (let file = 0; file <= 14; file++) expect(labelled('names', `file${file}`)).toBe('file-private')
    const { table, classes } = sampleReport('names')
    const heaps = Array.from({ length: table.length }, (_, row) => row).filter((row) => classes.kind(row) === 'heap')
    expect(heaps.map((row) => [table.nameOf(row), table.inode.at(row)])).toEqual([['[heap]', 0]])
  })

  it('do not pass for memfds or SysV segments on a file system of the user’s', () => {
    const line = (name: string): string => `7f0000000000-7f0000001000 rw-s 00000000 fe:00 7   ${name}\n`
    expect(
      verdicts(line('/memfd:x (deleted)') + line('/SYSV00000000 (deleted)')).map((each) => each.split(':')[0]),
    ).toEqual(['file-shared', 'file-shared'])
    const tmpfs = new Map([[packDevice(0, 27), 'tmpfs']])
    const onTmpfs = '7f0000000000-7f0000001000 rw-s 00000000 00:1b 7   /memfd:x (deleted)\n'
    expect(verdicts(onTmpfs, { fsTypes: tmpfs })).toEqual(['shmem: a path on tmpfs'])
  })

  it('do not get into the evidence', () => {
    const memfd = (name: string): string =>
      `7f0000000000-7f0000001000 rw-s 00000000 00:01 7   /memfd:${name} (deleted)\n`
    for (const name of ['', 'm', 'd:', '/memfd:', 'x (deleted)', '$&']) {
      expect(verdicts(memfd(name))).toEqual(['memfd: name /memfd:… (deleted)'])
    }
    expect(verdicts('7f0000000000-7f0000001000 rw-p 00000000 00:00 0   [anon:a]\n')).toEqual([
      'anonymous-named: name [anon:…]',
    ])
  })
})

describe('runtimes', () => {
  it('of Node 20 are V8 heap, code and reservations', () => {
    expect(tally('node20')).toMatchObject({
      'anonymous (V8 heap)': 61,
      'jit (V8 code)': 1,
      'reserved (V8 reservation)': 5,
      program: 8,
      'thread-stack': 5,
    })
  })

  it('of Node 20 are no labels without VmFlags, which are the evidence', () => {
    expect(Object.keys(tally('node20', { basic: true })).filter((key) => key.includes('V8'))).toEqual([])
  })

  it('of Chromium are one range for all code, known by its size alone', () => {
    const range = '55ddcf800000-55ddef800000 rwxp 00000000 00:00 0 \n'
    const exe = '/usr/lib/chromium/chromium'
    expect(verdicts(range, { exe })).toEqual([expect.stringContaining('(V8 code range)')])
    for (const other of [range.replace('rwxp', 'rw-p'), range.replace('55ddef800000', '55ddef801000')]) {
      expect(verdicts(other, { exe })).toEqual([expect.not.stringContaining('V8')])
    }
    expect(verdicts(range, { exe: '/usr/bin/other' })).toEqual([expect.not.stringContaining('V8')])
  })

  it('of Chromium are that range also where the kernel calls it [heap], as it lies around brk', () => {
    const range = '5558e0000000-555900000000 rwxp 00000000 00:00 0    [heap]\n'
    const exe = '/usr/lib/chromium/chromium'
    expect(verdicts(range, { exe })[0]).toMatch(/^jit\b.*V8 code range/)
    const own = range.replace('5558e0000000-555900000000 rwxp', '555900000000-555900021000 rw-p')
    expect(verdicts(range + own, { exe })[1]).toMatch(/^heap\b/)
    expect(verdicts(range, { exe: '/usr/bin/other' })[0]).toMatch(/^heap\b/)
  })

  it('of Java are heap, code cache, arenas, thread stacks and their guards', () => {
    const counts = tally('java')
    expect(counts).toMatchObject({
      'anonymous (JVM heap)': 4,
      'reserved (JVM heap)': 1,
      'jit (JVM code cache)': 3,
      'anonymous (glibc malloc arena)': 15,
      'reserved (glibc malloc arena, unused)': 15,
      'thread-stack': 19,
      program: 5,
    })
    expect(counts['guard']).toBeGreaterThanOrEqual(19)
  })

  it('of Java are code also in huge pages of the pool, which have a name', () => {
    const lines =
      '7f0000000000-7f0000200000 rwxp 00000000 00:0f 9 /anon_hugepage (deleted)\n' +
      '7f0000400000-7f0000401000 r-xp 00000000 fe:00 7 /usr/lib/server/libjvm.so\n'
    expect(verdicts(lines)[0]).toMatch(/^hugetlb\b.*JVM code cache/)
    expect(verdicts(lines.replace('libjvm', 'libother'))[0]).not.toContain('JVM')
    expect(verdicts(lines.replace('rwxp', 'rw-p'))[0]).not.toContain('JVM')
  })

  it('of glibc are arenas, thread stacks and guards', () => {
    expect(tally('glibc-arenas-threads')).toMatchObject({
      'anonymous (glibc malloc arena)': 3,
      'reserved (glibc malloc arena, unused)': 3,
      guard: 3,
      'thread-stack': 3,
      heap: 3,
    })
    expect(tally('glibc-arenas-threads', { basic: true })).toEqual(tally('glibc-arenas-threads'))
  })

  it('of Go are its heap, at the address that it asks for', () => {
    expect(
      verdicts('c000000000-c000400000 rw-p 00000000 00:00 0 \nc000400000-c004000000 ---p 00000000 00:00 0 \n'),
    ).toEqual([
      'anonymous: no name; at 0xc000000000, where the Go runtime asks for its arenas (Go heap)',
      'reserved: no access, nothing resident or charged (Go heap)',
    ])
  })
})

describe('other captured processes', () => {
  it('of 32 bits have a heap and no gate page', () => {
    const counts = tally('ia32', { process: { exe: '/srv/lab/kernel/exp/t32' } })
    expect(counts).toMatchObject({ heap: 1, vdso: 1, vvar: 2, stack: 1 })
    expect(counts).not.toHaveProperty('vsyscall')
  })

  it('with a uprobe have its page as a special area', () => {
    expect(tally('uprobe')).toMatchObject({ special: 1 })
  })
})

describe('evidence beyond the fixtures', () => {
  it('tells rare names apart', () => {
    const kinds = verdicts(fixtureText('synthetic/maps-rare-forms.txt')).map((each) => each.split(':')[0])
    expect(kinds).toEqual([
      'file-private',
      'thread-stack',
      'anonymous-named',
      'anonymous-shared',
      'anonymous',
      'file-private',
      'memfd',
      'file-shared',
      'file-shared',
      'dax',
      'driver',
      'hugetlb',
      'vsyscall',
    ])
    expect(verdicts(fixtureText('synthetic/maps-32bit-kernel.txt'))[2]).toBe('special: name [vectors]')
  })

  it('is the file system where mountinfo was read', () => {
    const line = '7f0000000000-7f0000001000 rw-s 00000000 00:06 7   /dev/nvidia0\n'
    const on = (fsType: string): string[] => verdicts(line, { fsTypes: new Map([[6, fsType]]) })
    expect(on('devtmpfs')).toEqual(['device: a path on devtmpfs'])
    expect(on('sysfs')).toEqual(['device: a path on sysfs'])
    expect(on('tmpfs')).toEqual(['shmem: a path on tmpfs'])
    expect(on('hugetlbfs')).toEqual(['hugetlb: a path on hugetlbfs'])
    expect(on('ext4')).toEqual(['file-shared: a shared, writable file'])
    expect(verdicts(line, { daxDevices: new Set([6]) })).toEqual(['dax: mounted with dax'])
  })

  const flagged = (flags: string, name = ''): string[] =>
    verdicts(
      `7f0000000000-7f0000001000 rw-p 00000000 00:0${name === '' ? 0 : 7} ${name === '' ? 0 : 9} ${name}\nVmFlags: ${flags} \n`,
    )

  it('is in VmFlags where they were read', () => {
    expect(flagged('rd wr um uw')).toEqual(['uffd: VmFlags um uw'])
    expect(flagged('rd wr ss')).toEqual(['shadow-stack: VmFlags ss'])
    expect(flagged('rd wr dp')).toEqual(['droppable: VmFlags dp'])
    expect(flagged('rd wr ht', '/x')).toEqual(['hugetlb: VmFlags ht'])
    expect(flagged('rd wr sf', '/x')).toEqual(['dax: VmFlags sf (MAP_SYNC)'])
    expect(flagged('rd wr pf io', '/dev/x')).toEqual(['device: VmFlags pf or io'])
  })

  it('is a library’s executable segment, and the link to the executable for the program', () => {
    const lines = ['r--p', 'r-xp', 'rw-p'].map(
      (perms, at) => `7f000000${at}000-7f000000${at + 1}000 ${perms} 0000${at}000 fe:00 7   /usr/lib/x.so\n`,
    )
    expect(verdicts(lines.join(''))).toEqual(Array(3).fill('library: an executable segment of the same file'))
    expect(verdicts(lines.join(''), { exe: '/usr/lib/x.so' })).toEqual(
      Array(3).fill('program: the path of /proc/PID/exe'),
    )
  })

  it('for a thread stack is the guard below it', () => {
    const text = (size: string, flags: string): string =>
      `7f0000000000-7f0000001000 ---p 00000000 00:00 0 \nVmFlags: mr mw me \n7f0000001000-${size} rw-p 00000000 00:00 0 \nVmFlags: rd wr ${flags}\n`
    expect(verdicts(text('7f0000801000', 'nh ac '))).toEqual([
      'guard: no access, directly below a stack',
      'thread-stack: VmFlags nh (MAP_STACK) above a guard',
    ])
    expect(verdicts(text('7f0000801000', 'ac '))[1]).toBe('thread-stack: likely: read-write above a guard')
    expect(verdicts(text('7f0000002000', 'nh ac '))).toEqual(['guard: no access, a few pages', 'anonymous: no name'])
  })
})

describe('a name', () => {
  it('loses exactly one (deleted)', () => {
    expect(withoutDeleted('/a (deleted) (deleted)')).toBe('/a (deleted)')
    expect(withoutDeleted('/a')).toBe('/a')
    expect([endsDeleted('/a (deleted)'), endsDeleted('/a (deleted) ')]).toEqual([true, false])
  })

  it('may hold the name that somebody gave', () => {
    expect(nameForm('/memfd:libx.so (deleted) (deleted)', true, true).given).toBe('libx.so (deleted)')
    expect(nameForm('/memfd: (deleted)', true, true).given).toBe('')
    expect(nameForm('[anon:a b]', false, false)).toMatchObject({ kind: 'anonymous-named', given: 'a b' })
    expect(nameForm('[anon:a b]', true, false)).toMatchObject({ kind: null, form: 'path' })
    expect(nameForm('', false, false)).toMatchObject({ kind: null, form: 'none' })
  })
})
