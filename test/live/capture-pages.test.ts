import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { mmapctl } from '../e2e/mmapctl.ts'
import { stopped } from '../helpers/stopped.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

describe('capture --pagemap', () => {
  const needs = ['gcc', 'root', 'pagemap-scan'] as const
  liveTest(
    'answers thp --folios as the process did; redacted it has no page frame',
    { needs, timeout: 60_000 },
    async () => {
      await using workload = await startWorkload('thp')
      using _ = await stopped(workload.pid)
      const directory = mkdtempSync(join(tmpdir(), 'mmapctl-pages-'))
      try {
        const [plain, redacted] = [join(directory, 'p.mmapcap'), join(directory, 'r.mmapcap')]
        const pid = String(workload.pid)
        const capture = async (file: string, ...flags: string[]) => {
          const { status, stderr } = await mmapctl(['capture', pid, '--pagemap', '-q', '-o', file, ...flags])
          expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
        }
        await capture(plain)
        await capture(redacted, '--redact')
        const folios = async (target: string) => {
          const { stdout, status } = await mmapctl(['thp', target, '--folios', '--json', '--interval', '0'])
          const { processes } = JSON.parse(stdout) as { processes: { folios: unknown; mappings: unknown }[] }
          return { status, folios: processes[0]?.folios, mappings: processes[0]?.mappings }
        }
        const live = await folios(pid)
        expect(live.status).toBe(0)
        expect(await folios(plain)).toEqual(live)
        // What it cannot answer it says.
        expect(await folios(redacted)).toMatchObject({ status: 4, folios: null })
        const bytes = gunzipSync(readFileSync(redacted)).toString('latin1')
        expect(bytes).toContain(`proc/${pid}/pagemap.regions`)
        expect(bytes).not.toContain('.words')
        expect((await mmapctl(['capture', '--show', plain])).stdout).toContain(`proc/${pid}/pagemap, run-length coded`)
      } finally {
        rmSync(directory, { recursive: true })
      }
    },
  )
})
