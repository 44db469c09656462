import { describe, expect, test } from 'vitest'
import { sampleReport } from '../../helpers/reports.ts'
import { check, fileOf, type MadeMapping, reportOf, statusOf } from '../../helpers/rule-cases.ts'

const AT = 0x7f0000000000
const TEXT: MadeMapping = {
  start: AT,
  pages: 4,
  perms: 'r-xp',
  name: '/usr/lib/libx.so',
  inode: 7,
  flags: 'rd ex mr mw me',
}
const DATA: MadeMapping = { start: AT + 0x10000, pages: 4, perms: 'rw-p' }

describe('writable-executable', () => {
  test('fires on a mapping that is both', () => {
    const found = check('writable-executable', { smaps: reportOf([TEXT, { ...DATA, perms: 'rwxp' }]) })
    expect(found).toMatchObject({ severity: 'high', rows: [1], evidence: [{ value: 1 }, { value: 4 * 4096 }] })
  })

  test('names one cause when everything is', () => {
    const all = Array.from({ length: 6 }, (_, index) => ({
      ...TEXT,
      start: AT + index * 0x10000,
      perms: 'rwxp',
      inode: index + 1,
    }))
    expect(check('writable-executable', { smaps: reportOf(all) })).toMatchObject({
      confidence: 'likely',
      remedy: expect.stringContaining('READ_IMPLIES_EXEC'),
    })
  })

  test('does not fire on one that is either', () => {
    expect(check('writable-executable', { smaps: reportOf([TEXT, DATA]) })).toBe('clear')
  })

  test('knows the code of a runtime, for which there is nothing to do', () => {
    const node = sampleReport('node20', {})
    expect(check('writable-executable', { smaps: node })).toMatchObject({
      severity: 'info',
      summary: expect.stringContaining('V8 code'),
      remedy: expect.stringContaining('node --jitless'),
    })
  })

  test('says of a JVM what is true of a JVM', () => {
    const found = check('writable-executable', { smaps: sampleReport('java', {}) })
    expect(found).toMatchObject({ severity: 'info', remedy: expect.stringContaining('-Xint') })
    expect(found).not.toMatchObject({ remedy: expect.stringContaining('node') })
  })

  test('cannot tell from addresses alone, which do not show whose code it is', () => {
    expect(check('writable-executable', { smaps: 'needs ptrace access' })).toEqual({ unknown: 'needs ptrace access' })
  })
})

describe('executable-anonymous', () => {
  const code: MadeMapping = { ...DATA, perms: 'r-xp', flags: 'rd ex mr mw me ac', figures: { Rss: 16, Anonymous: 16 } }

  test('fires on code without a file', () => {
    expect(check('executable-anonymous', { smaps: reportOf([TEXT, code]) })).toMatchObject({
      severity: 'medium',
      rows: [1],
    })
  })

  test('does not fire on a file’s code, nor on an empty reservation', () => {
    expect(check('executable-anonymous', { smaps: reportOf([TEXT, { ...code, figures: {} }]) })).toBe('clear')
  })

  test('cannot tell from addresses alone', () => {
    expect(check('executable-anonymous', { smaps: '--basic' })).toEqual({ unknown: '--basic' })
  })
})

describe('modified-text', () => {
  const written: MadeMapping = { ...TEXT, figures: { Rss: 16, Anonymous: 4, Private_Dirty: 4 } }

  test('fires on code with pages of its own', () => {
    const found = check('modified-text', { pages: reportOf([written]), status: statusOf({ TracerPid: '0' }) })
    expect(found).toMatchObject({ severity: 'medium', evidence: [{ value: 4096 }, { value: 1 }] })
  })

  test('is no surprise under a debugger', () => {
    const found = check('modified-text', { pages: reportOf([written]), status: statusOf({ TracerPid: '42' }) })
    expect(found).toMatchObject({ severity: 'info', summary: expect.stringContaining('process 42') })
  })

  test('does not fire on dirty page cache, which a fresh link leaves', () => {
    const fresh: MadeMapping = { ...TEXT, figures: { Rss: 16, Private_Dirty: 16 } }
    expect(check('modified-text', { pages: reportOf([fresh]), status: statusOf({}) })).toBe('clear')
  })
})

describe('replaced-file', () => {
  test('fires on a library that is gone', () => {
    const gone = { ...TEXT, name: '/usr/lib/libx.so (deleted)' }
    expect(check('replaced-file', { maps: reportOf([gone]) })).toMatchObject({
      severity: 'medium',
      confidence: 'likely',
    })
  })

  test('makes little of what unpacks itself into /tmp', () => {
    const gone = { ...TEXT, name: '/tmp/jni123.so (deleted)' }
    expect(check('replaced-file', { maps: reportOf([gone]) })).toMatchObject({ severity: 'info' })
  })

  test('does not fire on data, nor on shared anonymous memory', () => {
    const data = { ...DATA, name: '/var/cache/x (deleted)', inode: 9, perms: 'r--p' }
    const shared = { ...DATA, start: AT + 0x40000, name: '/dev/zero (deleted)', inode: 10, perms: 'rw-s' }
    expect(check('replaced-file', { maps: reportOf([TEXT, data, shared]) })).toBe('clear')
  })
})

describe('deleted-file-space', () => {
  const file: MadeMapping = { ...DATA, name: '/var/tmp/x (deleted)', inode: 9, perms: 'rw-s', flags: 'rd wr sh' }
  const size = 200 * 2 ** 20

  test('fires on a large file without a name, counted once', () => {
    const twice = { ...file, start: AT + 0x80000 }
    const found = check('deleted-file-space', { maps: reportOf([file, twice]), files: new Map([fileOf(9, size, 0)]) })
    expect(found).toMatchObject({ evidence: [{ value: size }, { value: 1 }] })
  })

  test('does not fire while a name is left, nor on a small one', () => {
    expect(check('deleted-file-space', { maps: reportOf([file]), files: new Map([fileOf(9, size, 1)]) })).toBe('clear')
    expect(check('deleted-file-space', { maps: reportOf([file]), files: new Map([fileOf(9, 4096, 0)]) })).toBe('clear')
  })

  test('does not fire on a file that is large and hardly there', () => {
    const files = new Map([fileOf(9, 2 ** 40, 0, 2 ** 20)])
    expect(check('deleted-file-space', { maps: reportOf([file]), files })).toBe('clear')
  })
})

describe('beyond-end-of-file', () => {
  const file: MadeMapping = { ...DATA, name: '/var/lib/db', inode: 9, perms: 'rw-s', flags: 'rd wr sh' }

  test('fires on pages that lie wholly behind the end', () => {
    const found = check('beyond-end-of-file', { maps: reportOf([file]), files: new Map([fileOf(9, 3 * 4096)]) })
    expect(found).toMatchObject({ severity: 'high', evidence: [{ value: 4096 }, { value: 1 }] })
  })

  test('does not fire on the rest of the last page', () => {
    expect(check('beyond-end-of-file', { maps: reportOf([file]), files: new Map([fileOf(9, 3 * 4096 + 1)]) })).toBe(
      'clear',
    )
  })

  test('makes little of a window that a database grows into', () => {
    const window = { ...file, pages: 64 * 256 }
    const found = check('beyond-end-of-file', { maps: reportOf([window]), files: new Map([fileOf(9, 4096)]) })
    expect(found).toMatchObject({ severity: 'low', confidence: 'possible' })
  })

  test('takes a small file that has lost most of its pages for truncated', () => {
    const mapped = { ...file, pages: 64 * 256 - 1 }
    const found = check('beyond-end-of-file', { maps: reportOf([mapped]), files: new Map([fileOf(9, 4096)]) })
    expect(found).toMatchObject({ severity: 'high', confidence: 'certain' })
  })

  test('leaves libraries out, which loaders pad', () => {
    expect(check('beyond-end-of-file', { maps: reportOf([TEXT]), files: new Map([fileOf(7, 4096)]) })).toBe('clear')
  })
})

describe('snapshot-trust', () => {
  test('does not fire on a quiet process', () => {
    const report = reportOf([TEXT, DATA])
    const quiet = {
      ...report,
      memory: {
        ...report.memory,
        space: report.memory.space && {
          ...report.memory.space,
          consistency: { ...report.memory.space.consistency, confidence: 'high' as const },
        },
      },
    }
    expect(check('snapshot-trust', { maps: quiet })).toBe('clear')
  })

  test('fires on flags that the kernel has no code for', () => {
    expect(check('snapshot-trust', { maps: reportOf([{ ...DATA, flags: 'rd wr ??' }]) })).toMatchObject({
      severity: 'info',
    })
  })
})
