import { spawn } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Attached, attach, type CountingSpan, type PerfRefusal } from './attach.ts'
import type { PerfTool } from './perf-tool.ts'

/** What to record. */
export interface RecordPlan {
  /** Every so many faults; 1 for all. */
  readonly period: number
  /** The period may be lengthened when recording costs too much. */
  readonly bounded: boolean
  /** Call chains too. */
  readonly stacks: boolean
  /** Also what the processor said of each fault: tracepoints, which are root's. */
  readonly errorCodes: boolean
  /** A directory of our own. */
  readonly directory: string
  /** Minor and major faults are not told apart. */
  readonly together?: boolean
  /** Pages of the ring buffer of each CPU at most; as many as there are to be had unless given. */
  readonly mostPages?: number
}

/** `perf record` watching a process. */
export interface RecordSession extends CountingSpan {
  /** The recording, while it grows. */
  readonly file: string
  readonly period: number
  readonly errorCodes: boolean
  /** The size of each fault's page was recorded. */
  readonly pageSizes: boolean
  finish(): Promise<{ readonly file: string; readonly bytes: number } | PerfRefusal>
}

/** Pages of the ring buffer of each CPU: what root may have, what kernel.perf_event_mlock_kb lets everybody have, less. */
const BUFFERS = [1024, 128, 64, 32, 8]
const APART = ['minor-faults', 'major-faults']
const TOGETHER = ['page-faults']
const TRACEPOINTS = ['exceptions:page_fault_user', 'exceptions:page_fault_kernel']
/** What perf says of a kernel before 5.11; its first releases that know the flag say EINVAL alone. */
const PAGE_SIZES_REFUSED = /page size|Invalid argument/i
const BUFFER_REFUSED = /mapping pages|mmap|Cannot allocate memory|Operation not permitted/i

/**
 * Attaches `perf record` to a process that is held.
 *
 * `-d` also brings the mappings that are not executable. Without `--no-bpf-event` root waits a second for every record;
 * `-B -N` leave the cache of build IDs in the user's home alone.
 */
export async function attachRecord(
  perf: PerfTool,
  pid: number,
  plan: RecordPlan,
): Promise<RecordSession | PerfRefusal> {
  let errorCodes = plan.errorCodes && plan.period === 1
  let { pageSizes } = perf
  for (;;) {
    const outcome = await attachWithBuffer(perf, pid, { ...plan, errorCodes, pageSizes })
    if ('finish' in outcome || outcome.status === null) return outcome
    if (pageSizes && PAGE_SIZES_REFUSED.test(outcome.stderr)) pageSizes = false
    else if (errorCodes) errorCodes = false
    else return outcome
  }
}

/** A plan of which it is settled what this perf and this kernel can record. */
interface SettledPlan extends RecordPlan {
  readonly pageSizes: boolean
}

/** With the largest buffer that is to be had. */
async function attachWithBuffer(perf: PerfTool, pid: number, plan: SettledPlan): Promise<RecordSession | PerfRefusal> {
  let refusal: PerfRefusal = { status: null, stderr: '' }
  for (const pages of BUFFERS.filter((each) => each <= (plan.mostPages ?? Number.POSITIVE_INFINITY))) {
    const outcome = await attachOnce(perf, pid, plan, pages)
    if ('finish' in outcome || outcome.status === null) return outcome
    refusal = outcome
    if (!BUFFER_REFUSED.test(outcome.stderr)) break
  }
  return refusal
}

async function attachOnce(
  perf: PerfTool,
  pid: number,
  plan: SettledPlan,
  pages: number,
): Promise<RecordSession | PerfRefusal> {
  const file = join(plan.directory, `faults-${pid}.data`)
  const events = [...(plan.errorCodes ? TRACEPOINTS : []), ...(plan.together ? TOGETHER : APART)]
  const args = [
    'record',
    ...['-q', '-B', '-N', '-d', '-m', String(pages), '-o', file, '-c', String(plan.period)],
    ...(perf.noBpfEvent ? ['--no-bpf-event'] : []),
    ...(plan.stacks ? ['-g'] : []),
    ...(plan.pageSizes ? ['--data-page-size'] : []),
    ...events.flatMap((event) => ['-e', event]),
    ...['-p', String(pid)],
  ]
  const outcome = await attach(perf, args)
  if (outcome.ok) return session(plan, file, outcome.attached)
  rmSync(file, { force: true })
  return outcome.refusal
}

function session(plan: SettledPlan, file: string, attached: Attached): RecordSession {
  const { told, begin, pause } = attached
  return {
    told,
    begin,
    pause,
    file,
    period: plan.period,
    errorCodes: plan.errorCodes,
    pageSizes: plan.pageSizes,
    finish: async () => {
      const { status, stderr } = await attached.finish()
      const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      return bytes > 0 ? { file, bytes } : { status, stderr }
    },
  }
}

const FIELDS = 'comm,pid,tid,time,event,addr,ip,sym,symoff,dso'

/** Has perf print a recording, and passes the text on as it comes; a million faults are some hundred megabytes. */
export async function printRecording(
  perf: PerfTool,
  file: string,
  recording: { readonly errorCodes: boolean; readonly pageSizes: boolean },
  consume: (piece: Uint8Array) => void,
): Promise<PerfRefusal> {
  const { errorCodes, pageSizes } = recording
  const fields = `${FIELDS},period${pageSizes ? ',data_page_size' : ''}${errorCodes ? ',trace' : ''}`
  const args = ['script', '-i', file, '--show-mmap-events', '--show-task-events', '--show-lost-events', '-F', fields]
  const child = spawn(perf.path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: perf.env })
  child.stdout.on('data', consume)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stderr }))
  })
}
