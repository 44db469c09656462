import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lines, NODE, ROOT, run, shell } from '../e2e/mmapctl.ts'
import { examplesOf, shape, shownPart, withoutTimes } from './console-blocks.ts'

const FILES = [
  'README.md',
  'CONTRIBUTING.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'test/fixtures/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

const EXAMPLES = FILES.flatMap((file) =>
  examplesOf(readFileSync(join(ROOT, file), 'utf8')).map((example) => ({ file, ...example })),
)

describe('examples print what the documentation says', () => {
  test.each(EXAMPLES)('$file:$line: $command', async ({ command, output, live }) => {
    const real = (await shell(`${command} 2>&1`)).stdout
    if (!live) {
      expect(shownPart(output, real).map(withoutTimes)).toEqual(output.map(withoutTimes))
      return
    }
    const shapes = lines(real).map(shape)
    for (const line of output.filter((each) => each !== '…' && each !== '')) expect(shapes).toContain(shape(line))
  })

  test('there are some', () => {
    expect(EXAMPLES.length).toBeGreaterThan(10)
  })
})

describe('links', () => {
  test.each(FILES)('%s', (file) => {
    const broken: string[] = []
    for (const [, target = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const goal = path === '' ? file : normalize(join(dirname(file), path))
      if (!existsSync(join(ROOT, goal))) broken.push(target)
      else if (anchor !== undefined && !anchorsOf(goal).includes(anchor)) broken.push(target)
    }
    expect(broken).toEqual([])
  })
})

describe('generated parts', () => {
  test('are up to date', async () => {
    const { status, stderr } = await run(NODE, ['scripts/docs.mjs', '--check'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('and so are the pages of rules and topics', async () => {
    const { status, stderr } = await run(NODE, ['scripts/pages.mjs', '--check'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

/** Anchors of headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
