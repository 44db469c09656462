import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallFailure } from '../native/libc.ts'
import { isNative, native } from '../native/native.ts'

/** What a system call came to. */
export type CallAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly errno: string }
  /** It could not be made. */
  | { readonly ok: false; readonly unavailable: string }

/** Ends below every mapping, and at a multiple of all page sizes. */
const FIRST_MEGABYTE = 2 ** 20

/** Asks PAGEMAP_SCAN of our own pages. */
export function tryPagemapScan(): CallAnswer {
  return ask('/proc/self/pagemap', (layer, descriptor) => layer.ioctls.scanPages(descriptor, 0, FIRST_MEGABYTE))
}

/** Asks PROCMAP_QUERY for our own first mapping. */
export function tryProcmapQuery(): CallAnswer {
  return ask('/proc/self/maps', (layer, descriptor) => layer.ioctls.mappingAt(descriptor, 0))
}

/** Asks cachestat(2) for a file of ours: of others' it tells only who may write to them. */
export function tryCachestat(): CallAnswer {
  return guarded(() => {
    const directory = mkdtempSync(join(tmpdir(), 'mmapctl-'))
    try {
      const file = join(directory, 'cached')
      writeFileSync(file, 'a page')
      return ask(file, (layer, descriptor) => {
        const answer = layer.cachestat(descriptor, 0, 0)
        return 'errno' in answer ? answer : answer.cached
      })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
}

type Layer = Exclude<ReturnType<typeof native>, { unavailable: string }>

function ask(file: string, question: (layer: Layer, descriptor: number) => number | CallFailure): CallAnswer {
  const layer = native()
  if (!isNative(layer)) return { ok: false, unavailable: layer.unavailable }
  return guarded(() => {
    const descriptor = openSync(file, 'r')
    try {
      const answer = question(layer, descriptor)
      return typeof answer === 'number' ? { ok: true } : { ok: false, errno: answer.errno }
    } finally {
      closeSync(descriptor)
    }
  })
}

/** The answer; what the system refuses on the way is one too. */
function guarded(body: () => CallAnswer): CallAnswer {
  try {
    return body()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return { ok: false, errno: code }
  }
}
