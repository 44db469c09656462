import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { measureServer } from '../../src/cli/measure-server.ts'
import type { MeasuredServer } from '../../src/model/measured-run.ts'
import type { ServerOptions } from '../../src/runners/measure/measure-server.ts'
import { NODE } from '../e2e/mmapctl.ts'
import { compiled } from './compile.ts'
import { MIB, options } from './measure.ts'
import { liveTest } from './requirements.ts'

const TRACED = ['gcc', 'native'] as const
const SERVER = fileURLToPath(new URL('../workloads/measure/server.cjs', import.meta.url))

/** A port that nobody has just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** So many requests, one after the other. */
function requests(count: number): string {
  const script = `(async () => { for (let i = 0; i < ${count}; i++) await (await fetch('http://127.0.0.1:' + process.env.MMAPCTL_PORT)).text() })()`
  return `'${NODE}' -e "${script}"`
}

async function serve(
  words: (port: number) => readonly string[],
  given: (port: number) => Partial<ServerOptions> = () => ({}),
): Promise<MeasuredServer> {
  const port = await freePort()
  const { timeoutMs: _, ...base } = options([NODE, SERVER, String(port), ...words(port)])
  return measureServer({
    ...base,
    ready: { port },
    readyTimeoutMs: 10_000,
    warmup: null,
    drive: null,
    driveEnv: process.env,
    settleMs: 5000,
    collectGarbage: null,
    stop: 'SIGTERM',
    graceMs: 2000,
    ...given(port),
  })
}

describe('a server', () => {
  liveTest('is measured when ready, warm, and after its work', { needs: TRACED, timeout: 60_000 }, async () => {
    const { run, readyMs, checkpoints, drives, killed, failure } = await serve(
      () => ['40000'],
      () => ({ warmup: requests(50), drive: requests(200) }),
    )
    expect({ failure, killed }).toEqual({ failure: null, killed: false })
    expect(readyMs).toBeGreaterThan(200)
    expect(drives.map(({ status }) => status)).toEqual([0, 0])
    expect(checkpoints.map(({ name }) => name)).toEqual(['ready', 'warm', 'after'])
    expect(checkpoints.map(({ settled }) => settled)).toEqual([null, true, true])
    const [, warm, after] = checkpoints.map(({ snapshot }) => snapshot.anon)
    // It keeps 8 MB of its requests.
    expect((after ?? 0) - (warm ?? 0)).toBeGreaterThan(7 * MIB)
    expect((after ?? 0) - (warm ?? 0)).toBeLessThan(20 * MIB)
    expect(run).toMatchObject({ end: { how: 'killed', signal: 'SIGTERM', oom: false }, fidelity: 'exact' })
  })

  liveTest('is told to collect its garbage before its memory is read', { needs: TRACED, timeout: 60_000 }, async () => {
    const growth = async (collectGarbage: 'SIGUSR2' | null): Promise<number> => {
      const { checkpoints, failure } = await serve(
        () => [],
        (port) => ({
          argv: [NODE, '--expose-gc', SERVER, String(port), '200000'],
          drive: requests(200),
          collectGarbage,
        }),
      )
      expect(failure).toBe(null)
      expect(checkpoints.map(({ settled }) => settled)).toEqual([collectGarbage === null ? null : true, true])
      const [ready, after] = checkpoints.map(({ snapshot }) => snapshot.anon)
      return (after ?? 0) - (ready ?? 0)
    }
    expect(await growth(null)).toBeGreaterThan(38 * MIB)
    expect(await growth('SIGUSR2')).toBeLessThan(20 * MIB)
  })

  liveTest('is ready when a line of its output says so', { needs: TRACED }, async () => {
    for (const method of ['ptrace', 'poll'] as const) {
      const { failure, checkpoints } = await serve(
        () => ['0', '0', 'graceful'],
        (port) => ({ ready: { log: new RegExp(`^listening on ${port}$`) }, method }),
      )
      expect(failure).toBe(null)
      expect(checkpoints.map(({ name }) => name)).toEqual(['ready'])
    }
  })

  liveTest('is ready when a request is answered with 200', { needs: TRACED }, async () => {
    const { failure, readyMs, run } = await serve(
      () => ['0', '700', 'graceful'],
      (port) => ({ ready: { url: `http://127.0.0.1:${port}/` } }),
    )
    expect(failure).toBe(null)
    expect(readyMs).toBeGreaterThan(650)
    expect(run.end).toEqual({ how: 'exited', status: 143 })
  })

  liveTest('that never gets ready has failed', { needs: TRACED }, async () => {
    const { failure, checkpoints, readyMs, run } = await serve(
      () => [],
      (port) => ({ ready: { port: port - 1 }, readyTimeoutMs: 800 }),
    )
    expect(failure).toEqual({ what: 'never-ready', afterMs: 800 })
    expect({ checkpoints, readyMs }).toEqual({ checkpoints: [], readyMs: null })
    expect(run.end.how).toBe('killed')
  })

  liveTest('is not ready because another one has its port', { needs: TRACED }, async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const { failure } = await serve(
      () => [],
      () => ({ ready: { port }, readyTimeoutMs: 800 }),
    )
    other.close()
    expect(failure).toEqual({ what: 'never-ready', afterMs: 800 })
  })

  liveTest('that ends before it was told to has failed', { needs: TRACED }, async () => {
    const early = await serve(
      () => [],
      () => ({ argv: [compiled('measure', 'acts'), 'sleep:100', 'exit:4'] }),
    )
    expect(early).toMatchObject({ failure: { what: 'ended', before: 'ready' }, run: { end: { status: 4 } } })
    const later = await serve(
      () => [],
      (port) => ({ drive: `'${NODE}' -e "fetch('http://127.0.0.1:${port}/end').catch(() => 0)"; sleep 0.5` }),
    )
    expect(later).toMatchObject({ failure: { what: 'ended', before: 'after' }, run: { end: { status: 0 } } })
  })

  liveTest('whose work fails has not been measured', { needs: TRACED }, async () => {
    const { failure, checkpoints } = await serve(
      () => [],
      () => ({ drive: 'test "$MMAPCTL_PID" -gt 1 && exit 9' }),
    )
    expect(failure).toMatchObject({ what: 'drive-failed', status: 9 })
    expect(checkpoints.map(({ name }) => name)).toEqual(['ready'])
  })

  liveTest('that will not end is killed', { needs: TRACED }, async () => {
    const { killed, failure, run } = await serve(
      () => ['0', '0', 'ignore'],
      () => ({ graceMs: 400 }),
    )
    expect({ killed, failure }).toEqual({ killed: true, failure: null })
    expect(run.end).toEqual({ how: 'killed', signal: 'SIGKILL', oom: false })
  })
})
