import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isNative, type Native } from '../../src/native/native.ts'
import { probe } from '../../src/native/probe.ts'
import { parseAuxv } from '../../src/parsers/auxv.ts'
import { liveTest } from '../live/requirements.ts'

/** The layer anew, as another process would find it. */
async function fresh(): Promise<typeof import('../../src/native/native.ts')> {
  vi.resetModules()
  return import('../../src/native/native.ts')
}

async function layer(): Promise<Native> {
  const found = (await fresh()).native()
  if (!isNative(found)) throw new Error(found.unavailable)
  return found
}

afterEach(() => vi.unstubAllEnvs())

function temporaryFile(name: string, text: string): { readonly path: string } & Disposable {
  const directory = mkdtempSync(join(tmpdir(), 'mmapctl-test-'))
  const path = join(directory, name)
  writeFileSync(path, text)
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) }
}

describe('native calls', () => {
  liveTest('tell what the page cache holds of a file', { needs: ['native', 'cachestat'] }, async () => {
    const { cachestat } = await layer()
    using file = temporaryFile('pages', '')
    const descriptor = openSync(file.path, 'r+')
    writeSync(descriptor, Buffer.alloc(10 * 65536, 1))
    const pages = (10 * 65536) / (parseAuxv(readFileSync('/proc/self/auxv')).pageSize ?? Number.NaN)
    const all = cachestat(descriptor, 0, 0)
    const some = cachestat(descriptor, 65536, 65536)
    closeSync(descriptor)
    expect(all).toMatchObject({ cached: pages, evicted: 0, recentlyEvicted: 0 })
    expect(some).toMatchObject({ cached: pages / 10 })
  })

  liveTest('name the error of a call that fails', { needs: ['native', 'cachestat'] }, async () => {
    const { cachestat, tracing } = await layer()
    expect(cachestat(12345, 0, 0)).toEqual({ errno: 'EBADF' })
    // We are not traced by ourselves.
    expect(tracing.resume(process.pid, 0)).toEqual({ errno: 'ESRCH' })
    expect(tracing.eventMessage(process.pid)).toEqual({ errno: 'ESRCH' })
  })

  test('are not there when MMAPCTL_NO_NATIVE=1 forbids them', async () => {
    vi.stubEnv('MMAPCTL_NO_NATIVE', '1')
    const { native } = await fresh()
    expect(native()).toEqual({ unavailable: 'MMAPCTL_NO_NATIVE=1 forbids native calls' })
  })
})

describe('what cannot be loaded is found out in another process', () => {
  test('because it ends a process', () => {
    using module = temporaryFile('koffi.cjs', 'process.abort()')
    expect(probe(module.path)).toBe('koffi ends a process that loads it (SIGABRT)')
  })

  test('because it throws', () => {
    using module = temporaryFile('koffi.cjs', "throw new Error('Cannot find the native Koffi module')")
    expect(probe(module.path)).toBe('koffi does not work here: Error: Cannot find the native Koffi module')
  })

  test('because its calls answer wrongly', () => {
    using module = temporaryFile('koffi.cjs', 'exports.load = () => ({ func: () => () => 0 })')
    expect(probe(module.path)).toBe('koffi does not work here: status 3')
  })
})
