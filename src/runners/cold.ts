import { execFile } from 'node:child_process'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import type { CacheDrop } from '../model/fault-notes.ts'
import { textOf } from './exact-bytes.ts'
import { findProgram } from './program.ts'

/** What could not be done, in a sentence's end. */
export interface DropRefusal {
  readonly reason: string
}

/** File systems that hold no page cache of a device. */
const NOT_CACHED = /^\/(?:proc|sys|dev)\//
const SHEBANG = /^#!\s*(\S+)/
const PATIENCE_MS = 60_000

/**
 * The files of a program: itself, its interpreter, its libraries, the files that its arguments name, and what an
 * earlier run of it had mapped.
 */
export async function filesOf(
  argv: readonly string[],
  mapped: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const [name = '', ...args] = argv
  const program = findProgram(name, env['PATH'])
  const own = program.found ? [program.path, ...interpreters(program.path)] : []
  const libraries = (await Promise.all(own.map((file) => librariesOf(file, env)))).flat()
  const files = [...own, ...libraries, ...args.map(textOf), ...mapped].flatMap(regularFile)
  return [...new Set(files)]
}

/**
 * Drops the page cache of files, and of nothing else, with posix_fadvise(2) POSIX_FADV_DONTNEED, which `dd` has a flag
 * for. Written pages are written back first; a page that a running process maps stays.
 */
export async function dropCache(files: readonly string[], env: NodeJS.ProcessEnv): Promise<CacheDrop | DropRefusal> {
  const before = await cachedBytes(files, env)
  let kept = 0
  let dropped = 0
  for (const file of files) {
    await run('sync', ['-d', file], env)
    const { ok, said } = await run('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none'], env)
    if (ok) dropped++
    else if (/unrecognized|invalid input flag|illegal|unknown|ENOENT/i.test(said)) {
      return { reason: `it takes the dd of GNU coreutils 8.11 or later: ${said.split('\n')[0] ?? ''}` }
    } else kept++
  }
  const after = await cachedBytes(files, env)
  let bytes: number | null = before === null || after === null ? null : 0
  for (const file of files) {
    const left = after?.get(file) ?? 0
    if (bytes !== null) bytes += Math.max(0, (before?.get(file) ?? 0) - left)
    if (left > 0) kept++
  }
  return { files: dropped, bytes, kept }
}

/** Bytes of each file in the page cache, as fincore(1) tells; `null` where there is none. */
async function cachedBytes(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, number> | null> {
  if (files.length === 0) return new Map()
  const { ok, said } = await run('fincore', ['-n', '-b', '-r', '-o', 'RES,FILE', ...files], env)
  if (!ok) return null
  const rows = said.split('\n').map((line) => /^\s*(\d+) (.*)$/.exec(line))
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row[2] ?? '', Number(row[1])]])))
}

function interpreters(path: string): readonly string[] {
  try {
    const found = SHEBANG.exec(readFileSync(path, 'latin1').slice(0, 256))?.[1]
    return found === undefined ? [] : [found]
  } catch {
    return []
  }
}

async function librariesOf(path: string, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const { said } = await run('ldd', [path], env)
  return [...said.matchAll(/(?:^\s*|=> )(\/\S+) \(0x/gm)].map(([, file = '']) => file)
}

function regularFile(path: string): readonly string[] {
  try {
    const real = realpathSync(path)
    return statSync(real).isFile() && !NOT_CACHED.test(real) ? [real] : []
  } catch {
    return []
  }
}

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly ok: boolean; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...env, LC_ALL: 'C' }, timeout: PATIENCE_MS, encoding: 'utf8' as const }
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const missing = (error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? `ENOENT ${program}` : ''
      resolve({ ok: error === null, said: `${stdout}${stderr}${missing}` })
    })
  })
}
