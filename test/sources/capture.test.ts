import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { packTar, unpackTar } from 'modern-tar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeCapture } from '../../src/cli/capture-write.ts'
import { FailureError } from '../../src/model/failure.ts'
import { openCapture } from '../../src/sources/capture-file.ts'
import { capturedTrees } from '../../src/sources/captured-trees.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { runMaps } from '../helpers/run-command.ts'

const directory = mkdtempSync(join(tmpdir(), 'mmapctl-capture-'))
const file = join(directory, 'java.mmapcap')
const PID = 15_044
let proc: FakeProc

beforeAll(async () => {
  proc = new FakeProc().add(PID, { sample: 'java', comm: 'java', exe: '/usr/bin/java' })
  const tool = { name: 'mmapctl', version: '0.0.0' }
  await writeCapture(proc.trees(), [PID], { file, tool, basic: false, maxStallMs: 1000, redact: false })
})

afterAll(() => {
  proc[Symbol.dispose]()
  rmSync(directory, { recursive: true })
})

/** A report as JSON, without what differs from one reading to the next: how long each took. */
async function json(argv: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout, exit } = await runMaps([...argv, '--json'])
  expect(exit).toBe(0)
  const { provenance: _, cost: __, ...report } = JSON.parse(stdout) as Record<string, unknown>
  return report
}

describe('a report on a capture', () => {
  test('is the report on the process, but for when it was made', async () => {
    const live = await json([String(PID), '--procfs', proc.path])
    const { info } = await openCapture(file)
    expect(live).toMatchObject({ host: { capturedAt: null } })
    const { host } = live as { readonly host: object }
    expect(await json([file])).toEqual({ ...live, host: { ...host, capturedAt: info.createdAt } })
  })

  test('is the same when the process is named', async () => {
    expect(await json([file, 'java'])).toEqual(await json([file]))
  })

  test('tells the reads as they were made then', async () => {
    const { stdout } = await runMaps([file, '--json'])
    const { provenance } = JSON.parse(stdout) as { provenance: { path: string; bytes: number }[] }
    const smaps = provenance.find(({ path }) => path.endsWith(`${PID}/smaps`))
    expect(smaps?.bytes).toBeGreaterThan(10_000)
  })

  test('says from when it is, and what is not in it', async () => {
    const { info } = await openCapture(file)
    const { stdout } = await runMaps([file])
    expect(stdout.split('\n')[0]).toContain(`captured ${info.createdAt.slice(0, 19).replace('T', ' ')} UTC`)

    const { stderr, exit } = await runMaps([file, '1'])
    expect(exit).toBe(4)
    expect(stderr).toBe('mmapctl: cannot read /proc/1: it is not in the capture\n')
  })
})

describe('a capture file is not believed', () => {
  /** The entries of the good capture, to be spoiled. */
  async function entries() {
    const { readFileSync } = await import('node:fs')
    const unpacked = await unpackTar(gunzipSync(readFileSync(file)))
    return unpacked.map(({ header, data }) => ({ header, body: Buffer.from(data ?? []) }))
  }

  async function refusal(bytes: Buffer): Promise<string> {
    const path = join(directory, 'bad.mmapcap')
    writeFileSync(path, bytes)
    const { stderr, exit, stdout } = await runMaps([path])
    expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
    return stderr
  }

  async function spoiled(change: (manifest: Record<string, unknown>) => void): Promise<Buffer> {
    const all = await entries()
    const [first] = all
    if (first === undefined) throw new Error('no manifest')
    const manifest = JSON.parse(first.body.toString()) as Record<string, unknown>
    change(manifest)
    first.body = Buffer.from(JSON.stringify(manifest))
    first.header = { ...first.header, size: first.body.length }
    return gzipSync(await packTar(all))
  }

  test('not gzip, not tar, empty, not there', async () => {
    expect(await refusal(Buffer.from('hello'))).toContain('not compressed')
    expect(await refusal(gzipSync(Buffer.alloc(3000, 7)))).toContain('no whole tar')
    expect(await refusal(Buffer.alloc(0))).toContain('empty')
    const { exit, stderr } = await runMaps([join(directory, 'nowhere.mmapcap')])
    expect({ exit, lines: stderr.trim().split('\n').length }).toEqual({ exit: 4, lines: 1 })
  })

  test('cut short, damaged, or with a file that no kernel printed', async () => {
    const { readFileSync } = await import('node:fs')
    const good = readFileSync(file)
    expect(await refusal(good.subarray(0, good.length / 2))).toContain('its end is missing')
    const damaged = Buffer.from(good)
    damaged[good.length - 6] = (damaged[good.length - 6] ?? 0) ^ 0xff
    expect(await refusal(damaged)).toContain('damaged')
    const all = (await entries()).map((entry) => {
      const body = entry.header.name.endsWith('/smaps') ? Buffer.from('nothing\n') : entry.body
      return { header: { ...entry.header, size: body.length }, body }
    })
    expect(await refusal(gzipSync(await packTar(all)))).toContain('smaps in it is not as the kernel prints it')
  })

  test('a bomb', async () => {
    const limits = { packed: 1024 ** 2, unpacked: 1024 ** 2, entries: 10, manifest: 1024 ** 2 }
    const path = join(directory, 'bomb.mmapcap')
    writeFileSync(path, gzipSync(Buffer.alloc(2 * 1024 ** 2)))
    await expect(openCapture(path, limits)).rejects.toMatchObject({
      failure: { what: expect.stringContaining('unpacks') },
    })
    await expect(openCapture(file, { ...limits, entries: 3 })).rejects.toMatchObject({
      failure: { what: 'it has too many entries' },
    })
    await expect(openCapture(file, { ...limits, packed: 100 })).rejects.toMatchObject({
      failure: { code: 'bad-capture' },
    })
  })

  test('links and directories', async () => {
    const all = await entries()
    const link = { header: { name: 'proc/x', size: 0, type: 'symlink' as const, linkname: '/etc/passwd' } }
    expect(await refusal(gzipSync(await packTar([...all, link])))).toContain('no file')
  })

  test('a path that leads out', async () => {
    const bad = await spoiled((manifest) => {
      const [answer] = manifest['answers'] as { path: string }[]
      if (answer !== undefined) answer.path = '../../etc/passwd'
    })
    expect(await refusal(bad)).toContain('stays inside')
  })

  test('a later form, an unknown area, a missing file, an answer given twice', async () => {
    expect(await refusal(await spoiled((manifest) => Object.assign(manifest, { format: 2 })))).toContain(
      'later version',
    )
    expect(
      await refusal(
        await spoiled((manifest) => {
          const [answer] = manifest['answers'] as { area: string }[]
          if (answer !== undefined) answer.area = 'etc'
        }),
      ),
    ).toContain('answers.0.area')
    expect(
      await refusal(
        await spoiled((manifest) => {
          for (const answer of manifest['answers'] as { entry?: string }[]) if (answer.entry) answer.entry = 'proc/none'
        }),
      ),
    ).toContain('are missing')
    expect(
      await refusal(
        await spoiled((manifest) => {
          const answers = manifest['answers'] as object[]
          answers.push(answers[0] as object)
        }),
      ),
    ).toContain('twice')
  })

  test('an earlier form that never was, or none', async () => {
    for (const format of [0, -1, 0.5, '1', null]) {
      expect(await refusal(await spoiled((manifest) => Object.assign(manifest, { format })))).toContain('format')
    }
  })

  test('names of entries that lead out: nothing is written anywhere', async () => {
    const all = await entries()
    const outside = join(directory, 'outside')
    for (const name of ['../outside', outside, 'proc/../../outside', './../outside']) {
      const body = Buffer.from('written')
      const path = join(directory, 'bad.mmapcap')
      writeFileSync(path, gzipSync(await packTar([...all, { header: { name, size: body.length }, body }])))
      const { exit, stderr } = await runMaps([path])
      // What no answer refers to is never looked at; it may as well be refused.
      expect([0, 4]).toContain(exit)
      expect(stderr).not.toContain('bug')
      expect(existsSync(outside)).toBe(false)
    }
  })

  test('page words that are in no order', async () => {
    const runs = Buffer.from('5 ffffffff 0000000000000000 0\n4 1 0000000000000000 0\n')
    const all = await entries()
    const [first, ...others] = all
    if (first === undefined) throw new Error('no manifest')
    const manifest = JSON.parse(first.body.toString()) as { answers: object[] }
    const read = { path: '', at: 0, durationMs: 0, bytes: 0, reads: 0, longestReadMs: 0, refused: null }
    manifest.answers.push({ area: 'proc', path: `${PID}/pagemap`, kind: 'words', entry: 'w', read })
    const body = Buffer.from(JSON.stringify(manifest))
    const word = { header: { name: 'w', size: runs.length }, body: runs }
    const path = join(directory, 'words.mmapcap')
    const packed = await packTar([{ header: { ...first.header, size: body.length }, body }, ...others, word])
    writeFileSync(path, gzipSync(packed))
    const tree = capturedTrees(await openCapture(path)).proc
    expect(tree.open?.(`${PID}/pagemap`)).toMatchObject({ ok: false, refusal: { reason: 'failed' } })
  })

  test('any spoiled byte gives a report or one line, never a crash', async () => {
    const { readFileSync } = await import('node:fs')
    const good = gunzipSync(readFileSync(file))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
        async (edits) => {
          const bytes = Buffer.from(good)
          for (const [at, value] of edits) bytes[at] = value
          const path = join(directory, 'fuzzed.mmapcap')
          writeFileSync(path, gzipSync(bytes, { level: 1 }))
          try {
            capturedTrees(await openCapture(path))
          } catch (error) {
            expect(error).toBeInstanceOf(FailureError)
          }
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)
})
