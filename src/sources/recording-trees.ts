import type { CaptureArea } from '../model/capture.ts'
import { CapturedTree } from './captured-tree.ts'
import type { FileTree } from './file-tree.ts'
import { type Recording, RecordingTree, RememberingTree } from './recording-tree.ts'
import type { Trees } from './trees.ts'

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
