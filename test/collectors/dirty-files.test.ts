import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askPageCache, type FileQuestion } from '../../src/collectors/dirty-files.ts'
import { packDevice } from '../../src/model/mapping-table.ts'
import type { PageCacheRead } from '../../src/model/page-cache.ts'
import { type MountEntry, parseMountinfo } from '../../src/parsers/mountinfo.ts'
import { parseStat } from '../../src/parsers/stat.ts'
import { FakeProc } from '../helpers/fake-proc.ts'
import { fixtureBytes } from '../helpers/fixtures.ts'

const PID = 4711
const START = parseStat(fixtureBytes('proc/ia32/stat')).startTime
const RANGE = '7f0000000000-7f0000010000'

let proc: FakeProc
let here: string
beforeEach(() => {
  proc = new FakeProc().add(PID)
  here = join(proc.path, 'files')
  mkdirSync(here)
})
afterEach(() => proc[Symbol.dispose]())

/** A link of a fake process, as the kernel's lead to files. */
function link(name: string, target: string): void {
  const path = join(proc.path, String(PID), name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

function file(name: string): string {
  const path = join(here, name)
  writeFileSync(path, 'data')
  return path
}

/** The mapping of a file, as maps would print it: by the device and inode of stat. */
function questionOf(path: string, more: Partial<FileQuestion> = {}): FileQuestion {
  const { ino, dev } = statSync(path)
  const device = packDevice((dev >> 8) & 0xfff, dev & 0xff)
  const common = { key: 'a', pid: PID, startTime: START, range: RANGE, path, fsType: 'ext4', mounts: [] }
  return { ...common, device, inode: String(ino), ...more }
}

function ask(question: FileQuestion, remote = false, own: readonly MountEntry[] = []): PageCacheRead {
  const answer = askPageCache(proc.trees(), [question], { remote, mounts: own, most: 10 }).get(question.key)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

/** Why there was no answer; of one that only lacks native calls or cachestat itself nothing. */
function reason(read: PageCacheRead): string | null {
  if (read.ok || ['no-native', 'no-cachestat', 'not-yours'].includes(read.why.reason)) return null
  return read.why.reason === 'refused' ? read.why.refusal.errno : read.why.reason
}

describe('a file is found', () => {
  it('through map_files, whatever its name leads to', () => {
    link(`map_files/${RANGE}`, file('a'))
    const read = ask(questionOf(file('b')))
    expect(reason(read)).toBeNull()
    expect(read.links).toBe(1n)
  })

  it('through the root of the process, when map_files is not for us', () => {
    link('root', '/')
    expect(reason(ask(questionOf(file('a'))))).toBeNull()
  })

  it('by names that are not UTF-8', () => {
    link('root', '/')
    const path = Buffer.concat([Buffer.from(`${here}/`), Buffer.from([0xff, 0xfe])])
    writeFileSync(path, 'data')
    const { ino, dev } = statSync(path)
    const device = packDevice((dev >> 8) & 0xfff, dev & 0xff)
    expect(reason(ask({ ...questionOf(here), path: path.toString('latin1'), inode: String(ino), device }))).toBeNull()
  })

  it('on a mount whose superblock is the mapped one, where stat has another device', () => {
    link('root', '/')
    const path = file('a')
    const mounts = parseMountinfo(readFileSync('/proc/self/mountinfo'))
    const elsewhere = mounts.map((mount) => ({ ...mount, major: 0, minor: 77 }))
    expect(reason(ask(questionOf(path, { device: packDevice(0, 77), mounts: elsewhere })))).toBeNull()
    expect(reason(ask(questionOf(path, { device: packDevice(0, 78), mounts: elsewhere })))).toBe('other-file')
  })
})

describe('a file is not opened', () => {
  it('when it is another one by now', () => {
    link('root', '/')
    const question = questionOf(file('a'))
    expect(reason(ask({ ...question, inode: '1' }))).toBe('other-file')
    expect(reason(ask({ ...question, device: packDevice(250, 250) }))).toBe('other-file')
  })

  it('when it is a pipe, which would wait for a writer', () => {
    const pipe = join(here, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    link(`map_files/${RANGE}`, pipe)
    expect(reason(ask(questionOf(pipe)))).toBe('not-regular')
  })

  it('when it is a device or a directory', () => {
    link(`map_files/${RANGE}`, '/dev/tty')
    expect(reason(ask(questionOf('/dev/tty')))).toBe('not-regular')
    proc.write(`${PID}/map_files/${RANGE}`, null)
    link('root', '/')
    expect(reason(ask(questionOf(here)))).toBe('not-regular')
  })

  it.each(['nfs4', 'cifs', 'fuse.sshfs', 'fuse', 'ceph', '9p', 'virtiofs', 'autofs'])(
    'when it is on %s, unless that is wanted',
    (fsType) => {
      link(`map_files/${RANGE}`, file('a'))
      const question = questionOf(file('a'), { fsType })
      expect(reason(ask(question))).toBe('may-hang')
      expect(reason(ask(question, true))).toBeNull()
    },
  )

  it('when the way to it crosses a server or an automount', () => {
    link('root', '/')
    const mounts = parseMountinfo(Buffer.from(`30 1 0:50 / ${here} rw - autofs systemd-1 rw\n`))
    expect(reason(ask(questionOf(file('a'), { mounts })))).toBe('may-hang')
    const beside = parseMountinfo(Buffer.from(`30 1 0:50 / ${here}/a-longer-name rw - nfs4 server:/ rw\n`))
    expect(reason(ask(questionOf(file('a'), { mounts: beside })))).toBeNull()
  })

  it('when nobody knows what file system it is on', () => {
    link(`map_files/${RANGE}`, file('a'))
    expect(reason(ask(questionOf(file('a'), { fsType: null })))).toBe('unknown-mount')
  })

  it('through a process that has got the PID since', () => {
    link(`map_files/${RANGE}`, file('a'))
    expect(reason(ask(questionOf(file('a'), { startTime: START + 1 })))).toBe('ESRCH')
    expect(reason(ask(questionOf(file('a'), { pid: PID + 1 })))).toBe('ENOENT')
  })

  it('when there are more than one report asks about', () => {
    link('root', '/')
    const questions = ['a', 'b', 'c'].map((key) => questionOf(file(key), { key }))
    const answers = askPageCache(proc.trees(), questions, { remote: false, mounts: [], most: 2 })
    expect([...answers].map(([key, answer]) => [key, reason(answer)])).toEqual([
      ['c', 'too-many'],
      ['a', null],
      ['b', null],
    ])
  })
})
