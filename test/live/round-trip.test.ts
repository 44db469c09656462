import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { writeCapture } from '../../src/cli/capture-write.ts'
import { COMMANDS } from '../../src/commands/all.ts'
import { liveTrees } from '../../src/sources/trees.ts'
import { ofProcess, REPORTS } from '../helpers/of-process.ts'
import { runCommand } from '../helpers/run-command.ts'
import { stopped } from '../helpers/stopped.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mmapctl-round-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Workloads that set something up and wait; what hurries on, or is no process to read, has tests of its own. */
const WORKLOADS = [
  ['arenas'],
  ['cow'],
  ['dead-leader'],
  ['dirty'],
  ['grow', '8', 'memfd'],
  ['hostile-names'],
  ['kinds'],
  ['locked'],
  ['promise'],
  ['thp'],
  ['thp-reasons'],
  ['thp-sparse'],
  ['undumpable'],
] as const

/** What a command says of a process: the same words for a process and for its capture, but for where they come from. */
async function answer(command: string, target: string, flags: readonly string[]) {
  const found = COMMANDS[command as keyof typeof COMMANDS]
  const { stdout, exit } = await runCommand(found, [target, '--json', ...flags])
  const report = JSON.parse(stdout) as { readonly processes?: unknown }
  return { exit, report: ofProcess(report.processes ?? report) }
}

describe('every report on a capture is the one on the stopped process', () => {
  for (const [name, ...args] of WORKLOADS) {
    liveTest([name, ...args].join(' '), { needs: ['gcc', 'root'], timeout: 60_000 }, async () => {
      await using workload = await startWorkload(name, args)
      const { pid } = workload
      using _ = await stopped(pid)
      const file = join(directory, `${name}.mmapcap`)
      const tool = { name: 'mmapctl', version: '0.0.0' }
      await writeCapture(liveTrees(), [pid], { file, tool, basic: false, maxStallMs: 60_000, redact: false })
      for (const [command, ...flags] of REPORTS) {
        const live = await answer(command, String(pid), flags)
        expect({ command, ...(await answer(command, file, flags)) }).toEqual({ command, ...live })
      }
    })
  }
})
