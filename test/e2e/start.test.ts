import { chownSync, cpSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { NODE, ROOT, type Run, run, temporary } from './mmapctl.ts'

const NOBODY = 65_534
const folder = temporary()
const kept = join(folder.path, '.cache')

beforeEach(() => rmSync(kept, { recursive: true, force: true }))
afterAll(() => folder[Symbol.dispose]())
for (const name of ['bin', 'dist', 'package.json', 'oclif.manifest.json'])
  cpSync(join(ROOT, name), join(folder.path, name), { recursive: true, preserveTimestamps: true })

function start(...args: readonly string[]): Promise<Run> {
  return run(NODE, [join(folder.path, 'bin/run.cjs'), ...args])
}

/** What was kept, by its name. */
function packs(): ReadonlyMap<string, Buffer> {
  return new Map(readdirSync(kept).map((name) => [name, readFileSync(join(kept, name))]))
}

describe('what a start keeps for the next', () => {
  test('changes nothing of what is told, and settles', async () => {
    const first = await start('explain', 'Rss')
    expect(first).toMatchObject({ status: 0, stderr: '' })
    expect(await start('explain', 'Rss')).toEqual(first)
    const settled = packs()
    expect([...settled.keys()].some((name) => name.includes('-explain-'))).toBe(true)
    expect(await start('explain', 'Rss')).toEqual(first)
    expect(packs()).toEqual(settled)
  })

  test('does no harm when it is damaged', async () => {
    const first = await start('explain', 'Rss')
    await start('explain', 'Rss')
    const damages: readonly ((bytes: Buffer) => Buffer)[] = [
      (bytes) => bytes.subarray(0, bytes.length / 2),
      (bytes) => Buffer.alloc(bytes.length),
      () => Buffer.alloc(0),
      // Blocks that a crash kept from the disk: the head is whole, and so are the sizes.
      (bytes) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(Math.max(0, bytes.length - 4096))]),
    ]
    for (const damage of damages) {
      for (const [name, bytes] of packs()) writeFileSync(join(kept, name), damage(bytes))
      expect(await start('explain', 'Rss')).toEqual(first)
    }
  })

  test('is not run once the program has changed, even if size and time of its files have not', async () => {
    const file = join(folder.path, 'dist/cli.cjs')
    const source = readFileSync(file, 'utf8')
    const { atime, mtime } = statSync(file)
    const write = (text: string): void => {
      writeFileSync(file, text)
      utimesSync(file, atime, mtime)
    }
    for (let starts = 0; starts < 2; starts++) expect((await start('mops')).stderr).toContain('unknown command mops')
    try {
      write(source.replace('unknown command', 'unheard command'))
      expect((await start('mops')).stderr).toContain('unheard command mops')
    } finally {
      write(source)
    }
  })

  test('is run of nobody but the owner of the package', async (context) => {
    if (process.geteuid?.() !== 0) return context.skip('needs root')
    const first = await start('explain', 'Rss')
    const mark = join(folder.path, 'mark')
    const plant = (owner: number): void => {
      for (const [name, bytes] of packs()) {
        const [head = '', ...rest] = bytes.toString('latin1').split('\n')
        const { names, sizes } = JSON.parse(head) as { names: readonly string[]; sizes: { source: number } }
        const written = `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(mark)}, '')`
        const source = `${rest.join('\n').slice(0, sizes.source - 2)},planted:${written}})`
        const sized = JSON.stringify({ names, sizes: { source: source.length, compiled: 0 } })
        writeFileSync(join(kept, name), Buffer.from(`${sized}\n${source}`, 'latin1'))
        chownSync(join(kept, name), owner, owner)
      }
    }
    plant(NOBODY)
    expect(await start('explain', 'Rss')).toEqual(first)
    expect(() => readFileSync(mark)).toThrow()
    plant(0)
    expect(await start('explain', 'Rss')).toEqual(first)
    expect(readFileSync(mark, 'utf8')).toBe('')
  })
})
