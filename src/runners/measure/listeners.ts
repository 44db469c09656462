import { readdirSync } from 'node:fs'
import { readProc, readProcLink } from './proc-files.ts'

/** TCP_LISTEN of include/net/tcp_states.h, as /proc/net/tcp prints it. */
const LISTEN = '0A'

/** Inodes of the sockets that listen on a port, in a text of `/proc/PID/net/tcp` or `tcp6` (proc_net(5)). */
export function listeningInodes(text: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    return state === LISTEN && local.endsWith(`:${wanted}`) ? [inode] : []
  })
}

/** Whether one of these processes listens on a port: whoever else does is another server. */
export function listensOn(pids: readonly number[], port: number): boolean {
  const inodes = new Set<string>()
  for (const pid of pids) {
    for (const file of ['tcp', 'tcp6']) {
      for (const inode of listeningInodes(readProc(`/proc/${pid}/net/${file}`) ?? '', port)) inodes.add(inode)
    }
    if (inodes.size > 0 && hasSocket(pid, inodes)) return true
  }
  return pids.some((pid) => hasSocket(pid, inodes))
}

function hasSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  if (inodes.size === 0) return false
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readProcLink(`/proc/${pid}/fd/${name}`) ?? '')?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false
  }
}
