import { join } from 'node:path'
import type { Capture, CaptureArea } from '../model/capture.ts'
import { CapturedTree } from './captured-tree.ts'
import type { FileTree } from './file-tree.ts'
import { Ledger } from './ledger.ts'
import { OWN_PROCFS, OWN_SYSFS, type Trees } from './trees.ts'

/** Opens what a capture holds. Paths in reports are those of the host that it was made on. */
export function capturedTrees({ info, answers }: Capture): Trees {
  const ledger = new Ledger()
  const readerLedger = new Ledger()
  const tree = (area: CaptureArea, label: string): FileTree =>
    new CapturedTree(answers, area === 'reader' ? readerLedger : ledger, area, { label })
  return {
    proc: tree('proc', OWN_PROCFS),
    sys: tree('sys', OWN_SYSFS),
    root: tree('root', '/'),
    reader: tree('reader', join(OWN_PROCFS, 'self')),
    ledger,
    readerLedger,
    own: false,
    asRoot: info.asRoot,
    capture: info,
  }
}
