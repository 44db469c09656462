import { join } from 'node:path'
import type { Capture, CaptureArea, CaptureInfo } from '../model/capture.ts'
import { CapturedTree } from './captured-tree.ts'
import type { FileTree } from './file-tree.ts'
import { Ledger } from './ledger.ts'
import { LiveTree } from './live-tree.ts'
import { type Recording, RecordingTree, RememberingTree } from './recording-tree.ts'

/** The trees a report is made from, and the account of what was read of them. */
export interface Trees {
  readonly proc: FileTree
  readonly sys: FileTree
  /** The file system of the host whose processes these are, as its first process sees it: for `/etc/passwd`. */
  readonly root: FileTree
  /** The reader's own `/proc/self`: what only a process itself is told of its machine. */
  readonly reader: FileTree
  readonly ledger: Ledger
  /** Reads of `reader`: what we ask of ourselves is no part of what a report cost. */
  readonly readerLedger: Ledger
  /** Whether `proc` is this machine's own, in which our own process can be found. */
  readonly own: boolean
  /** Whether the reader is root, or was when a capture was made. */
  readonly asRoot: boolean
  /** Set when the files are those of another time: reading them costs the process nothing. */
  readonly capture: CaptureInfo | null
}

const OWN_PROCFS = '/proc'
const OWN_SYSFS = '/sys'

/** Opens the trees of a live host, this one's unless other mounts are named. */
export function liveTrees(procfs = OWN_PROCFS, sysfs = OWN_SYSFS): Trees {
  const ledger = new Ledger()
  const readerLedger = new Ledger()
  const own = procfs === OWN_PROCFS
  return {
    proc: new LiveTree(procfs, ledger),
    sys: new LiveTree(sysfs, ledger),
    root: new LiveTree(own ? '/' : join(procfs, '1/root'), ledger),
    reader: new LiveTree(join(OWN_PROCFS, 'self'), readerLedger),
    ledger,
    readerLedger,
    own,
    asRoot: process.geteuid?.() === 0,
    capture: null,
  }
}

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

/** The same trees, with everything that is read of them kept for a capture. */
export function recordingTrees(trees: Trees, recording: Recording): Trees {
  const { ledger, readerLedger } = trees
  const record = (tree: FileTree, area: CaptureArea): FileTree =>
    new RecordingTree(tree, recording, area === 'reader' ? readerLedger : ledger, area)
  return {
    ...trees,
    proc: record(trees.proc, 'proc'),
    sys: record(trees.sys, 'sys'),
    root: record(trees.root, 'root'),
    reader: record(trees.reader, 'reader'),
  }
}

/** Recording trees that do not read again what has been recorded. */
export function rememberingTrees(trees: Trees, recording: Recording): Trees {
  const recorded = recordingTrees(trees, recording)
  const { ledger } = trees
  const remember = (asked: FileTree, area: CaptureArea): FileTree =>
    new RememberingTree(new CapturedTree(recording.answers, ledger, area, { label: asked.pathOf('.') }), asked)
  return {
    ...recorded,
    proc: remember(recorded.proc, 'proc'),
    sys: remember(recorded.sys, 'sys'),
    root: remember(recorded.root, 'root'),
    reader: remember(recorded.reader, 'reader'),
  }
}
