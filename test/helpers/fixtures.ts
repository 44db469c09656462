import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const FIXTURES = new URL('../fixtures/', import.meta.url)

/** The bytes of a file below test/fixtures, decompressed. */
export function fixtureBytes(path: string): Buffer {
  const bytes = readFileSync(new URL(path, FIXTURES))
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** The bytes of a file below test/fixtures as latin1, one character a byte. */
export function fixtureText(path: string): string {
  return fixtureBytes(path).toString('latin1')
}

/** Paths below test/fixtures of every captured and synthetic `maps` or `smaps`. */
export function fixturePaths(kind: 'maps' | 'smaps'): string[] {
  const captured = readdirSync(new URL('proc/', FIXTURES), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.split('/').at(-1)?.replace('.gz', '') === kind)
    .map((path) => `proc/${path}`)
  const synthetic = readdirSync(new URL('synthetic/', FIXTURES))
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => `synthetic/${name}`)
  return [...captured, ...synthetic].sort()
}

/** Captured processes with an smaps that is not compressed, by folder. */
export const SAMPLES: readonly string[] = fixturePaths('smaps')
  .filter((path) => /^proc\/[^/]+\/smaps$/.test(path))
  .map((path) => path.split('/')[1] ?? '')
