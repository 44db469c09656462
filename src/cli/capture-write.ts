import { collectHost } from '../collectors/host.ts'
import type { Tool } from '../output/maps-json.ts'
import { Recording } from '../sources/recording-tree.ts'
import { redacted } from '../sources/redact.ts'
import type { Trees } from '../sources/trees.ts'
import { type CaptureDepth, type CaptureOutcome, recordEverything } from './capture-plan.ts'
import { PRIVATE, writeFileAtomically } from './report-output.ts'

/** What of a capture is kept in memory while it is made. */
const LARGEST = 1024 ** 3

/** How a capture is made, and where it goes. */
export interface CaptureOrder extends CaptureDepth {
  readonly file: string
  readonly tool: Tool
  /** Take names out. */
  readonly redact: boolean
}

/** Captures processes into a file: a whole one or none. Throws the reason when none of them could be read. */
export async function writeCapture(
  trees: Trees,
  pids: readonly number[],
  order: CaptureOrder,
): Promise<CaptureOutcome & { readonly bytes: number }> {
  const recording = new Recording(LARGEST)
  const outcome = recordEverything(trees, pids, recording, order)
  const [failure] = outcome.failures
  if (outcome.targets.length === 0 && failure !== undefined) throw failure
  const { packCapture } = await import('../sources/capture-file.ts')
  const capture = {
    info: {
      tool: order.tool,
      createdAt: new Date().toISOString(),
      kernel: collectHost(trees).kernel.release,
      targets: outcome.targets,
      asRoot: trees.asRoot,
      redacted: false,
    },
    answers: recording.answers,
  }
  const bytes = await packCapture(order.redact ? redacted(capture) : capture)
  writeFileAtomically(order.file, (write) => write(bytes), PRIVATE)
  return { ...outcome, bytes: bytes.length }
}
