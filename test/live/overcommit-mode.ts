import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Sets, holds and restores: under a lock, since other tests on this machine change it too, and in a shell of its own,
 * so that everything is put back also when the test run is killed: its stdin ends then.
 */
const SCRIPT = `
cd /proc/sys/vm
mode=$(cat overcommit_memory) fixed=$(cat overcommit_kbytes) ratio=$(cat overcommit_ratio)
restore() {
  echo "$mode" > overcommit_memory
  if [ "$fixed" = 0 ]; then echo "$ratio" > overcommit_ratio; else echo "$fixed" > overcommit_kbytes; fi
}
trap '' PIPE
trap 'exit 1' HUP INT TERM
trap restore EXIT
[ "$2" = - ] || echo "$2" > overcommit_kbytes
echo "$1" > overcommit_memory
echo set
read -r _
`

/**
 * Runs a test body with vm.overcommit_memory as it wants it. For mode 2 a limit must be given, so large that nobody
 * else's request fails for it.
 */
export async function inMode(mode: 1 | 2, limitKib: number | null, body: () => Promise<void>): Promise<void> {
  const limit = limitKib === null ? '-' : String(limitKib)
  const holder = spawn('flock', ['/tmp/mmapctl-host.lock', 'sh', '-c', SCRIPT, 'sh', String(mode), limit], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  try {
    const [first] = await Promise.race([once(holder.stdout, 'data'), ended])
    if (String(first).trim() !== 'set') throw new Error('vm.overcommit_memory cannot be set')
    await body()
  } finally {
    holder.stdin.end()
    await ended
  }
}
