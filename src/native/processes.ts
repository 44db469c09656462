import { getSystemErrorName } from 'node:util'
import type { CallFailure, Libc } from './libc.ts'

/** A process to start, as posix_spawn(3) does. */
export interface SpawnRequest {
  readonly path: string
  readonly argv: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
  /** Its descriptors: which of ours, and the number that it gets. It has no others. */
  readonly descriptors: readonly (readonly [ours: number, its: number])[]
}

/** Processes made and kept without Node, which would wait for them itself. */
export interface Processes {
  /** Starts a process in a process group of its own, no signal ignored or blocked. Its PID. */
  spawn(request: SpawnRequest): number | CallFailure
  /** Both ends of a pipe that no child inherits: the one to read, the one to write. */
  pipe(): readonly [read: number, write: number] | CallFailure
  /** Takes on the descendants of ours whose parents end: PR_SET_CHILD_SUBREAPER, Linux 3.4. */
  becomeSubreaper(): number | CallFailure
  /** Whether children from now on get their addresses without chance: ADDR_NO_RANDOMIZE of personality(2). */
  setRandomisation(on: boolean): number | CallFailure
}

/** Larger than any C library's posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t. */
const OPAQUE = 1024
const SETPGROUP = 0x02
const SETSIGDEF = 0x04
const SETSIGMASK = 0x08
const O_CLOEXEC = 0o2000000
const PR_SET_CHILD_SUBREAPER = 36
const ADDR_NO_RANDOMIZE = 0x0040000
/** Asks for the personality without changing it. */
const QUERY = 0xffffffff

export function bindProcesses(libc: Libc): Processes {
  const spawn = bindSpawn(libc)
  const pipe2 = libc.func('pipe2', 'int', ['void *', 'int'])
  const prctl = libc.func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong'])
  const personality = libc.func('personality', 'int', ['ulong'])
  return {
    spawn,
    pipe: () => {
      const ends = new Int32Array(2)
      const outcome = libc.outcome(pipe2(ends, O_CLOEXEC))
      return typeof outcome === 'number' ? [ends[0] ?? -1, ends[1] ?? -1] : outcome
    },
    becomeSubreaper: () => libc.outcome(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)),
    setRandomisation: (on) => {
      const now = libc.outcome(personality(QUERY))
      if (typeof now !== 'number') return now
      return libc.outcome(personality(on ? now & ~ADDR_NO_RANDOMIZE : now | ADDR_NO_RANDOMIZE))
    },
  }
}

function bindSpawn(libc: Libc): Processes['spawn'] {
  const posixSpawn = libc.func('posix_spawn', 'int', [
    'void *',
    'str',
    'void *',
    'void *',
    'const char **',
    'const char **',
  ])
  const initActions = libc.func('posix_spawn_file_actions_init', 'int', ['void *'])
  const addDup = libc.func('posix_spawn_file_actions_adddup2', 'int', ['void *', 'int', 'int'])
  const freeActions = libc.func('posix_spawn_file_actions_destroy', 'int', ['void *'])
  const initAttributes = libc.func('posix_spawnattr_init', 'int', ['void *'])
  const setFlags = libc.func('posix_spawnattr_setflags', 'int', ['void *', 'short'])
  const setDefault = libc.func('posix_spawnattr_setsigdefault', 'int', ['void *', 'void *'])
  const fillSet = libc.func('sigfillset', 'int', ['void *'])
  return ({ path, argv, env, descriptors }) => {
    const actions = Buffer.alloc(OPAQUE)
    const attributes = Buffer.alloc(OPAQUE)
    const all = Buffer.alloc(OPAQUE)
    initActions(actions)
    initAttributes(attributes)
    fillSet(all)
    setDefault(attributes, all)
    // The mask and the group that are set are those of a fresh attribute: no signal, and a new group.
    setFlags(attributes, SETPGROUP | SETSIGDEF | SETSIGMASK)
    for (const [ours, its] of descriptors) addDup(actions, ours, its)
    const pid = new Int32Array(1)
    const error = posixSpawn(pid, path, actions, attributes, [...argv, null], [...env, null])
    freeActions(actions)
    return error === 0 ? (pid[0] ?? -1) : { errno: getSystemErrorName(-error) }
  }
}
