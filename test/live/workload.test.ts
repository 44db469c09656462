import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { liveTest } from './requirements.ts'
import { buildWorkload, type Region, startWorkload, type Workload, workloadNames } from './workload.ts'

/** Arguments that keep the run short; programs without an entry need none. */
const VARIANTS: Record<string, readonly string[][]> = {
  ailing: [['ill'], ['well'], ['syncing'], ['growing'], ['hurried'], ['gulping'], ['holding', '4']],
  many: [
    ['3000', 'alternate'],
    ['3000', 'files'],
  ],
  mover: [['2000', '5'], ['churn']],
  grow: [['4'], ['4', 'anon'], ['4', 'file'], ['4', 'memfd'], ['0']],
  'rename-comm': [['a) name', '-c', '3', '-g'], ['plain']],
  vanish: [['60000', '500']],
}

/** How the kernel shows each kind; an entry for every word of the vocabulary. */
const EVIDENCE: Record<string, RegExp> = {
  program: /\.tmp\/workloads\/\w+\/kinds$/,
  library: /\.so/,
  'file-private': /^...p.*\/mmapctl-workload-/,
  'file-shared': /^...s.*\/mmapctl-workload-/,
  heap: /\[heap\]$/,
  stack: /\[stack\]$/,
  'thread-stack': /^rw-p $/,
  anonymous: /^...p (\/dev\/zero)?$/,
  'anonymous-shared': /^...s (\/dev\/zero \(deleted\)|\[anon_shmem:.*\])$/,
  'anonymous-named': /\[anon:.*\]$/,
  shmem: /\/mmapctl-workload-/,
  sysv: /\/SYSV00000000 \(deleted\)$/,
  memfd: /^.... \/memfd:.* \(deleted\)$/,
  hugetlb: /\/anon_hugepage \(deleted\)$/,
  device: / \/dev\//,
  dax: / \/dev\/dax/,
  vdso: /\[vdso\]$/,
  vvar: /\[vvar(_vclock)?\]$/,
  vsyscall: /\[vsyscall\]$/,
  special: / \[\w+\]$/,
  guard: /^---p $/,
  reserved: /^---p $/,
  jit: /^r.xp $/,
  'io-uring': /anon_inode:\[io_uring\]$/,
  aio: /\/\[aio\] \(deleted\)$/,
  perf: /anon_inode:\[perf_event\]$/,
  'packet-ring': /socket:\[\d+\]$/,
  bpf: /anon_inode:bpf-map$/,
  driver: /anon_inode:/,
  secretmem: /\/secretmem \(deleted\)$/,
  uffd: /^...p $/,
  droppable: /^rw-p $/,
  'shadow-stack': /^rw-p $/,
}

/** What a kind is called in `skip` lines, where they do not begin with the kind itself. */
const SKIP_NAME: Record<string, string> = {
  'anonymous-named': 'anon-named',
  shmem: 'posix-shm',
  special: 'uprobes',
  driver: 'kvm-vcpu',
}

interface Line {
  start: number
  end: number
  /** Permissions, a space and the name. */
  text: string
}

function readMaps(path: string): Line[] {
  const lines: Line[] = []
  for (const line of readFileSync(path, 'latin1').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (....) \S+ \S+ \d+ *(.*)$/s.exec(line)
    if (match === null) continue
    const [, start = '', end = '', perms = '', name = ''] = match
    lines.push({ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16), text: `${perms} ${name}` })
  }
  return lines
}

/** A process whose main thread is gone has its maps below one of the other threads. */
function mapsOf(workload: Workload): Line[] {
  const tid = workload.facts.find(({ name }) => name === 'tid')?.value ?? workload.pid
  return readMaps(`/proc/${workload.pid}/task/${tid}/maps`)
}

function words(region: Region): string[] {
  return region.note.split(' ')
}

/** What is wrong with a labelled range, in words; empty when it is as the label says. */
function faultOf(region: Region, maps: readonly Line[]): string {
  const inside = maps.filter((line) => line.start < region.end && line.end > region.start)
  if (words(region).includes('split')) {
    const covered = inside.reduce((sum, line) => sum + line.end - line.start, 0)
    const holds = covered === region.end - region.start && inside.length > 1
    return holds ? '' : `${region.label}: ${inside.length} mappings cover ${covered} bytes`
  }
  const [only, ...others] = inside
  if (only === undefined) return words(region).includes('moving') ? '' : `${region.label}: not mapped`
  if (others.length > 0) return `${region.label}: ${inside.length} mappings instead of one`
  if (only.start !== region.start || only.end !== region.end) return `${region.label}: another range`
  return ''
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < 5000; waited += 20) {
    if (condition()) return true
    await sleep(20)
  }
  return condition()
}

/** A new empty directory for the workload's temporary files. */
function emptyDirectory(): string {
  const parent = fileURLToPath(new URL('../../.tmp/', import.meta.url))
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(`${parent}tmpdir-`)
}

const needs = ['gcc'] as const

describe('every workload', () => {
  for (const name of workloadNames()) {
    for (const args of VARIANTS[name] ?? [[]]) {
      liveTest(
        `${[name, ...args].join(' ')} gets ready, is as it says, and leaves nothing behind`,
        { needs },
        async () => {
          const directory = emptyDirectory()
          try {
            const workload = await startWorkload(name, args, { env: { TMPDIR: directory } })
            const maps = mapsOf(workload)
            const faults = workload.regions.map((region) => faultOf(region, maps)).filter((fault) => fault !== '')
            await workload.stop()
            expect(faults).toEqual([])
            expect(isAlive(-workload.pid), 'a process of its group is alive').toBe(false)
            for (const { name: fact, value } of workload.facts)
              if (/child|zombie|tid/.test(fact)) expect(isAlive(Number(value)), `${fact} ${value} is alive`).toBe(false)
            expect(readdirSync(directory)).toEqual([])
          } finally {
            rmSync(directory, { recursive: true, force: true })
          }
        },
      )
    }
  }
})

describe('kinds', () => {
  liveTest('every kind is labelled or skipped, and shown by the kernel as expected', { needs }, async () => {
    await using workload = await startWorkload('kinds')
    const maps = mapsOf(workload)
    for (const region of workload.regions) {
      const line = maps.find(({ start }) => start === region.start)
      expect(line?.text, `${region.label} (${region.kind})`).toMatch(EVIDENCE[region.kind] ?? /^unknown kind/)
    }
    const labelled = new Set(workload.regions.map(({ kind }) => kind))
    // On a tmpfs there are no pages of a disk.
    if (workload.region('file-private-ro').kind === 'shmem') labelled.add('file-private').add('file-shared')
    const unexplained = Object.keys(EVIDENCE)
      .filter((kind) => !labelled.has(kind))
      .filter((kind) => !workload.skips.some(({ name }) => name.startsWith(SKIP_NAME[kind] ?? kind)))
    expect(unexplained).toEqual([])
  })

  liveTest('no two labelled mappings overlap', { needs }, async () => {
    await using workload = await startWorkload('kinds')
    const sorted = workload.regions.toSorted((a, b) => a.start - b.start)
    const overlaps = sorted.filter((region, index) => region.start < (sorted[index - 1]?.end ?? 0))
    expect(overlaps).toEqual([])
  })
})

describe('many', () => {
  for (const mode of ['alternate', 'files']) {
    liveTest(`${mode}: makes exactly the number of mappings asked for`, { needs }, async () => {
      await using workload = await startWorkload('many', ['5000', mode])
      const { start, end } = workload.region(mode)
      const inside = mapsOf(workload).filter((line) => line.start >= start && line.end <= end)
      expect(inside.length).toBe(5000)
    })
  }

  liveTest('refuses what vm.max_map_count does not allow', { needs }, async () => {
    await expect(startWorkload('many', ['2000000000'])).rejects.toThrow(/vm\.max_map_count is \d+/)
  })
})

describe('mover', () => {
  liveTest('the moving mapping is seen at both places', { needs }, async () => {
    await using workload = await startWorkload('mover', ['2000', '0'])
    const places = [workload.region('low').start, workload.region('high').start]
    const seen = new Set<number>()
    for (let i = 0; i < 50; i++) {
      const starts = mapsOf(workload).map((line) => line.start)
      for (const place of places) if (starts.includes(place)) seen.add(place)
    }
    expect(seen).toEqual(new Set(places))
  })
})

describe('grow', () => {
  for (const mode of ['anon', 'file', 'memfd']) {
    liveTest(`${mode}: the one mapping grows and shrinks in place`, { needs }, async () => {
      await using workload = await startWorkload('grow', ['4', mode])
      const { start } = workload.region('grow')
      const size = () => {
        const line = mapsOf(workload).find((candidate) => candidate.start === start)
        return line === undefined ? 0 : (line.end - line.start) / 2 ** 20
      }
      expect(size()).toBe(4)
      expect(await workload.send('grow 3')).toBe('ok')
      expect(size()).toBe(7)
      expect(await workload.send('free 5')).toBe('ok')
      expect(size()).toBe(2)
      expect(await workload.send('free 2')).toBe('ok')
      expect(size()).toBe(0)
      expect(await workload.send('grow 1')).toBe('ok')
      expect(size()).toBe(1)
      expect(await workload.send('free 2')).toMatch(/^error\t/)
      expect(await workload.send('shrink 2')).toMatch(/^error\t/)
    })
  }
})

describe('hostile-names', () => {
  liveTest('each name is the bytes that its note says', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('hostile-names')
    for (const region of workload.regions) {
      const hex = /hex=([0-9a-f]*)/.exec(region.note)?.[1] ?? ''
      const path = Buffer.from(hex, 'hex').toString('latin1')
      const range = `${region.start.toString(16)}-${region.end.toString(16)}`
      // A link of /proc gives the bytes without the escapes of maps.
      const target = readlinkSync(`/proc/${workload.pid}/map_files/${range}`, 'latin1')
      expect(target, region.label).toBe(words(region).includes('deleted') ? `${path} (deleted)` : path)
    }
    const comm = workload.facts.find(({ name }) => name === 'comm')?.value.replace('hex=', '') ?? ''
    expect(readFileSync(`/proc/${workload.pid}/comm`, 'hex')).toBe(`${comm}0a`)
  })

  liveTest('holds a path that is nearly as long as a path can be', { needs }, async () => {
    await using workload = await startWorkload('hostile-names')
    expect((workload.region('long-path').note.length - 'hex='.length) / 2).toBeGreaterThan(3890)
  })
})

describe('processes', () => {
  liveTest('dead-leader: the main thread is a zombie and its maps are empty', { needs }, async () => {
    await using workload = await startWorkload('dead-leader')
    expect(readFileSync(`/proc/${workload.pid}/maps`, 'utf8')).toBe('')
    expect(readFileSync(`/proc/${workload.pid}/status`, 'utf8')).toMatch(/^State:\tZ/m)
  })

  liveTest('zombie: the child is one', { needs }, async () => {
    await using workload = await startWorkload('zombie')
    const zombie = workload.facts.find(({ name }) => name === 'zombie')?.value
    expect(readFileSync(`/proc/${zombie}/status`, 'utf8')).toMatch(/^State:\tZ/m)
  })

  liveTest('rename-comm: parent, children and grandchildren have the name', { needs }, async () => {
    await using workload = await startWorkload('rename-comm', ['new) name', '-c', '2', '-g', '--seen'])
    const pids = [workload.pid, ...workload.facts.map(({ value }) => Number(value))]
    expect(workload.facts.map(({ name }) => name).sort()).toEqual(['child', 'child', 'grandchild', 'grandchild'])
    for (const pid of pids) expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('new) name\n')
    expect(readFileSync(`/proc/${workload.pid}/cmdline`, 'utf8')).toContain('\0--seen\0')
  })

  liveTest('undumpable: its files belong to root', { needs }, async () => {
    await using workload = await startWorkload('undumpable')
    expect(statSync(`/proc/${workload.pid}/maps`).uid).toBe(0)
  })

  liveTest('vanish: ends by itself', { needs }, async () => {
    const workload = await startWorkload('vanish', ['50', '100'])
    expect(await workload.exited).toEqual({ code: 0, signal: null })
    await workload.stop()
  })

  liveTest(
    'a workload dies with its parent although its stdin stays open, and takes its files along',
    { needs },
    async () => {
      const directory = emptyDirectory()
      // The shell is the parent; the pipe on descriptor 3 is ours and is not closed before the end.
      const shell = spawn('sh', ['-c', '"$0" <&3 & echo "pid $!"; wait', buildWorkload('hostile-names')], {
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
        env: { ...process.env, TMPDIR: directory },
      })
      try {
        let output = ''
        shell.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk
        })
        expect(await eventually(() => output.includes('\nready\n'))).toBe(true)
        const pid = Number(/pid (\d+)/.exec(output)?.[1])
        expect(isAlive(pid)).toBe(true)
        shell.kill('SIGKILL')
        await once(shell, 'exit')
        expect(await eventually(() => !existsSync(`/proc/${pid}/exe`))).toBe(true)
        expect(readdirSync(directory)).toEqual([])
      } finally {
        shell.kill('SIGKILL')
        rmSync(directory, { recursive: true, force: true })
      }
    },
  )
})

describe('a workload that cannot be had', () => {
  test('an unknown name is told with the names there are', () => {
    expect(() => buildWorkload('nothing')).toThrow(/no workload nothing; there are: .*kinds/)
  })

  test('a missing compiler is told as such', () => {
    expect(() => buildWorkload('zombie', 'no-such-compiler')).toThrow(/no-such-compiler is needed to build/)
  })
})
