import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { ABILITY_IDS, type AbilityId, type AbilityState } from '../../src/model/ability.ts'
import { BIN, mmapctl, NODE, type Run, run, temporary } from '../e2e/mmapctl.ts'
import { doctorFaults } from '../helpers/doctor-schemas.ts'
import { compiled } from './compile.ts'
import { liveTest } from './requirements.ts'
import { publicCopy } from './unprivileged.ts'

interface Tried {
  readonly reader: { readonly uid: number; readonly seccomp: string; readonly container: readonly string[] }
  readonly states: Readonly<Record<AbilityId, AbilityState>>
  readonly found: Readonly<Record<AbilityId, string>>
}

const SELF = ['doctor', '--self', '--json']

/** What a run of `doctor --self --json` found, which must be as its schema says. */
function tried({ status, stdout, stderr }: Run): Tried {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const document = JSON.parse(stdout)
  expect(doctorFaults('doctor-self', document)).toEqual([])
  const entries: { id: AbilityId; state: AbilityState; found: string }[] = document.abilities
  expect(entries.map(({ id }) => id)).toEqual(ABILITY_IDS)
  return {
    reader: document.reader,
    states: Object.fromEntries(entries.map(({ id, state }) => [id, state])) as Tried['states'],
    found: Object.fromEntries(entries.map(({ id, found }) => [id, found])) as Tried['found'],
  }
}

/** A program that the tests start in front of `mmapctl doctor --self --json`. */
function under(file: string, args: readonly string[], bin = BIN): Promise<Run> {
  return run(file, [...args, NODE, bin, ...SELF], { cwd: '/' })
}

describe('doctor --self finds by trying', () => {
  liveTest('what root may, and what the machine does not have', { needs: ['root', 'native', 'perf'] }, async () => {
    const { reader, states, found } = tried(await mmapctl(SELF))
    expect(reader).toMatchObject({ uid: 0, seccomp: 'off' })
    for (const id of ['own-smaps', 'foreign-smaps', 'memory-contents', 'map-files', 'page-frames'] as const) {
      expect([id, states[id], found[id]]).toEqual([id, 'works', found[id]])
    }
    expect(states).toMatchObject({ 'frame-flags': 'works', 'fault-counts': 'works', 'kernel-faults': 'works' })
    expect(states).toMatchObject({ 'fault-records': 'works', 'exact-measuring': 'works', 'native-calls': 'works' })
    expect(found['fault-records']).toMatch(/: [1-9]\d* faults with their address$/)
    // Whether there is a PMU or soft-dirty is the machine's; that it was tried is ours.
    expect(found['hardware-events']).toContain('dTLB-load-misses')
    expect(found['soft-dirty']).toMatch(/\d+ marked before, \d+ after$/)
  })

  liveTest('that a user without rights may look at nothing but their own', { needs: ['root', 'perf'] }, async () => {
    using folder = publicCopy()
    const ids = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
    const bin = join(folder.path, 'bin/run.cjs')
    const user = tried(await under('setpriv', ids, bin))
    expect(user.reader.uid).toBe(65534)
    expect(user.states).toMatchObject({ 'own-smaps': 'works', 'foreign-smaps': 'refused', 'map-files': 'refused' })
    expect(user.states).toMatchObject({ 'page-frames': 'refused', 'frame-flags': 'refused' })
    expect(user.states).toMatchObject({ 'cap-sys-ptrace': 'refused', 'native-calls': 'absent', cachestat: 'absent' })
    expect(user.found['foreign-smaps']).toMatch(/^none of \d+ processes of other users; \d+ refused, such as .*EACCES/)
    // Who called is root, which says nothing of the user's own processes.
    expect(user.found['memory-contents']).not.toContain(`/proc/${process.pid}/`)
    // Handed on as the report says, one capability each opens what is said of it, and nothing else.
    const capabilities = '+sys_ptrace,+checkpoint_restore'
    const ambient = [...ids, '--inh-caps', capabilities, '--ambient-caps', capabilities]
    const granted = tried(await under('setpriv', ambient, bin))
    expect(granted.states).toMatchObject({ 'foreign-smaps': 'works', 'map-files': 'works', 'page-frames': 'refused' })
  })

  liveTest('root without capabilities for no better', { needs: ['root', 'perf'] }, async () => {
    const reduced = ['--bounding-set', '-sys_ptrace,-sys_admin,-perfmon', '--inh-caps', '-all']
    const { reader, states, found } = tried(await under('setpriv', reduced))
    expect(reader.uid).toBe(0)
    expect(states).toMatchObject({ 'foreign-smaps': 'refused', 'page-frames': 'refused', 'cap-sys-admin': 'refused' })
    expect(found['cap-sys-ptrace']).toContain('outside the bounding set')
    expect(states['cap-ipc-lock']).toBe('works')
  })

  liveTest('what a seccomp filter refuses to root', { needs: ['root', 'gcc', 'native', 'perf'] }, async () => {
    const { reader, states, found } = tried(await under(compiled('self', 'without-calls'), []))
    expect(reader.seccomp).toBe('filter')
    expect(states).toMatchObject({ 'fault-counts': 'refused', 'fault-records': 'refused', cachestat: 'refused' })
    expect(states).toMatchObject({ 'exact-measuring': 'refused', strace: expect.stringMatching(/refused|absent/) })
    expect(found['fault-counts']).toContain('EPERM')
    expect(states).toMatchObject({ 'native-calls': 'works', 'foreign-smaps': 'works', 'cap-sys-ptrace': 'works' })
  })

  liveTest('that it lives in namespaces of its own, without perf', { needs: ['root', 'namespaces'] }, async () => {
    using folder = temporary()
    symlinkSync(NODE, join(folder.path, 'node'))
    const inside = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc']
    const PATH = { PATH: folder.path }
    const { reader, states, found } = tried(
      await run('/usr/bin/unshare', [...inside, NODE, BIN, ...SELF], { cwd: '/', env: PATH }),
    )
    expect(reader.container).toEqual(
      expect.arrayContaining(['a user namespace of its own', 'a PID namespace of its own']),
    )
    expect(states).toMatchObject({ 'all-processes': 'refused', 'foreign-smaps': 'untried', 'page-frames': 'refused' })
    expect(states).toMatchObject({ perf: 'absent', 'fault-counts': 'untried', strace: 'absent' })
    expect(found['cap-sys-ptrace']).toBe('held, inside of our own user namespace alone')
  })

  liveTest('and fails where what is required does not work', {}, async () => {
    const failed = await mmapctl(['doctor', '--self', '-q', '--require', 'own-smaps,terminal'])
    expect(failed.status).toBe(3)
    expect(failed.stdout).toMatch(/^absent {5}a terminal \[terminal\]$/m)
    expect((await mmapctl(['doctor', '--self', '--require', 'own-smap'])).stderr).toContain('did you mean own-smaps?')
  })
})
