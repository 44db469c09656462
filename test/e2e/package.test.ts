import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pjson from '../../package.json' with { type: 'json' }
import { NODE, ROOT, type Run, run, temporary } from './mmapctl.ts'

const LARGEST_TARBALL = 720_000

const folder = temporary()
const installed = join(folder.path, 'node_modules/mmapctl')
let tarball = ''

/** npm as these tests need it: no network, nothing from the user's settings or cache. */
function npm(...args: string[]): Promise<Run> {
  return run('npm', args, { cwd: folder.path, env: { HOME: folder.path, npm_config_userconfig: '/dev/null' } })
}

/** What was packed; the first run adds what it compiled, below .cache. */
function files(): string[] {
  return readdirSync(installed, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('.cache/') && statSync(join(installed, path)).isFile())
    .sort()
}

beforeAll(async () => {
  const packed = await run('npm', ['pack', ROOT, '--ignore-scripts', '--json', '--pack-destination', folder.path], {
    cwd: folder.path,
    env: { HOME: folder.path, npm_config_userconfig: '/dev/null' },
  })
  expect(packed).toMatchObject({ status: 0 })
  tarball = join(folder.path, `mmapctl-${pjson.version}.tgz`)
  writeFileSync(join(folder.path, 'package.json'), '{"name": "user", "private": true, "type": "module"}\n')
  const install = await npm('install', '--offline', '--no-audit', '--no-fund', tarball)
  expect(install).toMatchObject({ status: 0 })
}, 120_000)

afterAll(() => folder[Symbol.dispose]())

describe('the package', () => {
  test('runs from an empty folder, without network', async () => {
    const { status, stdout } = await run('npx', ['--no-install', 'mmapctl', 'maps', 'self'], {
      cwd: folder.path,
      env: { HOME: folder.path },
    })
    expect(status).toBe(0)
    expect(stdout).toMatch(/^RSS \d/m)
    // `self` is who typed the command: not npm, nor the shell that npm starts.
    expect(stdout).toMatch(new RegExp(`^PID ${process.pid} · `))
  })

  test('runs the commands of the jobs for CI', async () => {
    const head = join(folder.path, 'head')
    const program = '#!/bin/sh\nsleep 0.1\n'
    for (const side of [head, join(folder.path, 'base')]) {
      mkdirSync(join(side, '.git'), { recursive: true })
      writeFileSync(join(side, 'prog'), program, { mode: 0o755 })
    }
    const scenario = 'run: ./prog, warmup: 0, runs: 1, baseline-runs: 5, limits: { peak-rss: +50% }'
    writeFileSync(join(head, 'mmapctl.yml'), `scenarios: { one: { ${scenario} } }\n`)
    const texts = readdirSync(join(ROOT, 'docs/ci')).flatMap((job) => {
      const source = readFileSync(join(ROOT, 'docs/ci', job), 'utf8')
      return [...source.matchAll(/(?:- |run: )npx (mmapctl .*)/g)].map(([, text = '']) => text)
    })
    expect(texts).toHaveLength(4)
    // One that does more of the same stands for both; what proposes a baseline comes before what is held against it.
    const order = texts
      .filter((text) => !texts.some((other) => other !== text && other.startsWith(text)))
      .sort((one, other) => Number(other.includes('update')) - Number(one.includes('update')))
    expect(order).toHaveLength(3)
    for (const text of order) {
      const { status, stderr } = await run('npx', ['--no-install', ...text.split(' ')], {
        cwd: head,
        env: { HOME: folder.path, CI: 'true', PATH: process.env['PATH'] ?? '' },
      })
      expect({ text, status, stderr }).toEqual({ text, status: 0, stderr: '' })
      if (!text.includes('update')) continue
      mkdirSync(join(head, '.mmapctl'))
      copyFileSync(join(head, 'baseline.json'), join(head, '.mmapctl/baseline.json'))
    }
    expect(readFileSync(join(head, 'mmapctl.xml'), 'utf8')).toMatch(
      /<testsuites [^>]* tests="1" failures="0" errors="0"/,
    )
  }, 60_000)

  test('is a library with types', async () => {
    const program = [
      "import { MappingTable, MapsParser } from 'mmapctl'",
      'const table = new MappingTable()',
      "const text = Buffer.from('00400000-00401000 r-xp 00000000 fe:00 42 /bin/true\\n')",
      'const used: number = new MapsParser(table).write(text, text.length, true)',
      'process.stdout.write(`$' + '{used} $' + '{table.nameOf(0)} $' + '{table.size(0)}`)',
    ]
    writeFileSync(join(folder.path, 'use.ts'), program.join('\n'))
    const options = [
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--strict',
      '--types',
      'node',
      '--skipLibCheck',
      'false',
    ]
    const roots = ['--typeRoots', join(ROOT, 'node_modules/@types')]
    const compiled = await run(join(ROOT, 'node_modules/.bin/tsc'), ['use.ts', ...options, ...roots], {
      cwd: folder.path,
    })
    expect(compiled).toMatchObject({ status: 0, stdout: '' })
    const { stdout } = await run(NODE, ['use.js'], { cwd: folder.path })
    expect(stdout).toBe('51 /bin/true 4096')
  })

  test('is small and needs no other package', () => {
    expect(statSync(tarball).size).toBeLessThan(LARGEST_TARBALL)
    const { dependencies, optionalDependencies, scripts } = JSON.parse(
      readFileSync(join(installed, 'package.json'), 'utf8'),
    ) as {
      dependencies?: object
      optionalDependencies: object
      scripts: Record<string, string>
    }
    expect(dependencies).toBeUndefined()
    // Native calls, which it does without.
    expect(Object.keys(optionalDependencies)).toEqual(['koffi'])
    expect(Object.keys(scripts).filter((name) => /^(?:pre|post)?install$/.test(name))).toEqual([])
  })

  test('holds what it needs and nothing else', () => {
    const others = files().filter(
      (path) => !/^dist\/(?:types\/.*\.d\.ts|lazy\/[\w-]+\.cjs|[\w-]+-[A-Z0-9]{8}\.cjs)$/.test(path),
    )
    expect(others).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/load.cjs',
      'bin/run.cjs',
      'dist/all.cjs',
      'dist/cli.cjs',
      'dist/help.json',
      'dist/index.js',
      'dist/licences.txt',
      'dist/measure-helper.cjs',
      'oclif.manifest.json',
      'package.json',
      'schemas/baseline.schema.json',
      'schemas/check-config.schema.json',
      'schemas/check.schema.json',
      'schemas/diff.schema.json',
      'schemas/dirty-sample.schema.json',
      'schemas/dirty.schema.json',
      'schemas/doctor-self.schema.json',
      'schemas/doctor.schema.json',
      'schemas/error.schema.json',
      'schemas/explain.schema.json',
      'schemas/faults.schema.json',
      'schemas/maps-row.schema.json',
      'schemas/maps-set.schema.json',
      'schemas/maps.schema.json',
      'schemas/overcommit.schema.json',
      'schemas/ps.schema.json',
      'schemas/thp.schema.json',
      'schemas/watch-sample.schema.json',
    ])
  })

  test('gives the licences of the code that it contains', () => {
    const licences = readFileSync(join(installed, 'dist/licences.txt'), 'utf8')
    for (const name of ['@oclif/core', 'chalk', 'cli-table3', 'picomatch', 'string-width']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'))
    }
    expect(licences).not.toContain('has no licence file')
  })

  test('tells nothing of the machine that made it', () => {
    const host = /https?:\/\/[^/\s"']*(?:registry|artifactory|nexus|proxy|mirror)[^/\s"']*/
    for (const path of files()) {
      const text = readFileSync(join(installed, path), 'latin1')
      expect({ path, found: text.includes(ROOT.replace(/\/$/, '')) }).toEqual({ path, found: false })
      expect({ path, found: host.exec(text)?.[0] ?? null }).toEqual({ path, found: null })
      expect({ path, found: /\/home\/\w+|\/root\/|\/tmp\/\w+/.exec(text)?.[0] ?? null }).toEqual({ path, found: null })
    }
  })
})
