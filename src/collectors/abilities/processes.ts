import type { Ability } from '../../model/ability.ts'
import type { Refusal } from '../../model/provenance.ts'
import { parseMountinfo } from '../../parsers/mountinfo.ts'
import { parseStatus } from '../../parsers/status.ts'
import type { Trees } from '../../sources/trees.ts'
import { readLinkText, readParsed } from '../reading.ts'
import { ability, refusalText, stateOf } from './trying.ts'

/** So many processes of others are tried: opening smaps asks for the right, and reads nothing. */
const MOST_FOREIGN = 16

/** What a process of our own shows of itself. */
export function ownProcessAbilities(trees: Trees, pid: number | null): readonly Ability[] {
  if (pid === null) {
    const found = 'no process of our own could be started'
    return [ability('own-smaps', 'untried', found), ability('map-files', 'untried', found)]
  }
  const smaps = trees.proc.read(`${pid}/smaps`)
  const own = smaps.ok
    ? ability('own-smaps', 'works', `read of a process that was started for it: ${mappingsIn(smaps.value)} mappings`)
    : ability('own-smaps', stateOf(smaps.refusal), refusalText(smaps.refusal))
  return [own, mapFiles(trees, pid)]
}

function mappingsIn(smaps: Buffer): number {
  return smaps.toString('latin1').split('\nRss:').length - 1
}

function mapFiles(trees: Trees, pid: number): Ability {
  const names = trees.proc.list(`${pid}/map_files`)
  const [name] = names.ok ? names.value : []
  if (!names.ok) return ability('map-files', stateOf(names.refusal), refusalText(names.refusal))
  if (name === undefined) return ability('map-files', 'absent', `${trees.proc.pathOf(`${pid}/map_files`)} is empty`)
  const facts = trees.proc.facts(`${pid}/map_files/${name}`)
  if (facts.ok) return ability('map-files', 'works', 'stat through a mapping of a process of ours')
  return ability('map-files', stateOf(facts.refusal), refusalText(facts.refusal))
}

/** What processes of other users show; of any others where there are none of other users. */
export function foreignAbilities(trees: Trees, uid: number): readonly Ability[] {
  const listed = trees.proc.list('.')
  const names = listed.ok ? listed.value : []
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  return [foreignSmaps(trees, uid, pids), memoryContents(trees, uid, pids), hidden(trees, pids.length)]
}

/**
 * Opens the memory of a process of the same user that Yama counts as a stranger's, as it is no child of ours: the one
 * that called us where it is the user's. Nothing of it is read.
 */
function memoryContents(trees: Trees, uid: number, pids: readonly number[]): Ability {
  const pid = strangerOf(trees, uid, pids)
  const opened = pid === null ? undefined : trees.proc.open?.(`${pid}/mem`)
  if (opened === undefined || (!opened.ok && opened.refusal.reason === 'gone')) {
    return ability('memory-contents', 'untried', 'no process of the same user that mmapctl did not start can be seen')
  }
  const scope = trees.proc.read('sys/kernel/yama/ptrace_scope')
  const yama = scope.ok ? `kernel.yama.ptrace_scope is ${scope.value.toString('latin1').trim()}` : 'without Yama'
  if (!opened.ok) return ability('memory-contents', stateOf(opened.refusal), `${refusalText(opened.refusal)}; ${yama}`)
  opened.value[Symbol.dispose]()
  const whose = pid === process.ppid ? 'the process that called mmapctl' : 'another process of the same user'
  return ability('memory-contents', 'works', `opened that of ${whose}; ${yama}`)
}

/** A process of ours that we did not start; root's may be any. */
function strangerOf(trees: Trees, uid: number, pids: readonly number[]): number | null {
  if (isOf(trees, process.ppid, uid)) return process.ppid
  const same = pids.find((pid) => foreignProcess(trees, uid, pid).some(({ otherUser }) => !otherUser))
  return same ?? null
}

function isOf(trees: Trees, pid: number, uid: number): boolean {
  const status = readParsed(trees.proc, `${pid}/status`, parseStatus)
  return status?.uid?.real === uid
}

interface Foreign {
  readonly pid: number
  readonly otherUser: boolean
}

function foreignSmaps(trees: Trees, uid: number, pids: readonly number[]): Ability {
  const all = [...pids].sort((a, b) => a - b).flatMap((pid) => foreignProcess(trees, uid, pid))
  const ofOthers = all.filter(({ otherUser }) => otherUser)
  // Root's own processes need no right that a process of the same user would not give.
  const tried = (ofOthers.length > 0 ? ofOthers : uid === 0 ? all : []).slice(0, MOST_FOREIGN)
  const whose = ofOthers.length > 0 ? 'of other users' : 'that others started'
  let opened = 0
  const refused: Refusal[] = []
  for (const { pid } of tried) {
    const file = trees.proc.open?.(`${pid}/smaps`)
    if (file === undefined) continue
    if (file.ok) {
      file.value[Symbol.dispose]()
      opened++
    } else if (file.refusal.reason !== 'gone') refused.push(file.refusal)
  }
  const [first] = refused
  const said = first === undefined ? '' : `; ${refused.length} refused, such as ${refusalText(first)}`
  const count = opened + refused.length
  if (count === 0) return ability('foreign-smaps', 'untried', 'no process of another user can be seen')
  if (opened === 0) return ability('foreign-smaps', 'refused', `none of ${count} processes ${whose}${said}`)
  return ability('foreign-smaps', 'works', `opened of ${opened} of ${count} processes ${whose}${said}`)
}

/** A process that is not ours and has memory; kernel threads have none. */
function foreignProcess(trees: Trees, uid: number, pid: number): readonly Foreign[] {
  const status = readParsed(trees.proc, `${pid}/status`, parseStatus)
  if (status === null || status.vmSize === null || status.uid === null || pid === process.pid) return []
  if (status.ppid === process.pid || pid === process.ppid) return []
  return [{ pid, otherUser: status.uid.real !== uid }]
}

/** Whether all processes can be seen: the hidepid option of proc(5), and whether we live in a part of them. */
function hidden(trees: Trees, seen: number): Ability {
  const mounts = readParsed(trees.reader, 'mountinfo', parseMountinfo) ?? []
  const options = mounts
    .filter(({ fsType, mountPoint }) => fsType === 'proc' && mountPoint === '/proc')
    .flatMap(({ superOptions }) => superOptions)
  const hidepid = options.find((option) => option.startsWith('hidepid=')) ?? null
  const status = trees.proc.read('1/status')
  const init = status.ok || status.refusal.reason !== 'gone'
  const first = readLinkText(trees.reader, 'ns/pid') === 'pid:[4026531836]'
  const where = first ? 'the host’s PID namespace' : 'a PID namespace of its own, whose processes alone are there'
  const found = `${seen} processes seen; ${hidepid ?? 'no hidepid'}; ${where}`
  const none = hidepid === null || /=(?:0|off)$/.test(hidepid)
  return ability('all-processes', init && (none || status.ok) && first ? 'works' : 'refused', found)
}
