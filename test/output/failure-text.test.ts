import { describe, expect, it } from 'vitest'
import type { Failure } from '../../src/model/failure.ts'
import { failureText } from '../../src/output/failure-text.ts'

const HOSTILE = 'x\x1b[31m\r\n\x9b'
const process = { pid: 7, comm: HOSTILE }

const FAILURES: { readonly [Code in Failure['code']]: Extract<Failure, { code: Code }> } = {
  'no-such-process': { code: 'no-such-process', pid: 7 },
  'hidden-process': { code: 'hidden-process', pid: 7 },
  'no-such-name': { code: 'no-such-name', name: HOSTILE, similar: [HOSTILE], capture: false },
  'no-match': { code: 'no-match', what: HOSTILE },
  'empty-cgroup': { code: 'empty-cgroup', path: HOSTILE, exists: null, similar: [HOSTILE] },
  ambiguous: {
    code: 'ambiguous',
    name: HOSTILE,
    candidates: [
      { ...process, cmdline: [HOSTILE, 'b'] },
      { ...process, cmdline: [] },
    ],
  },
  'kernel-thread': { code: 'kernel-thread', process },
  zombie: { code: 'zombie', process, parent: 1 },
  vanished: { code: 'vanished', pid: 7 },
  'no-permission': { code: 'no-permission', process, user: HOSTILE, root: false, captured: false },
  'figures-not-read': { code: 'figures-not-read', pid: 7, flag: '--min-rss', reason: 'smaps was not read' },
  'not-checked': { code: 'not-checked', severity: 'high', rules: ['locked-share', 'writable-executable'] },
  'not-procfs': { code: 'not-procfs', path: `/${HOSTILE}` },
  'capture-too-large': { code: 'capture-too-large', limit: 1024 },
  'bad-recording': { code: 'bad-recording', path: '/tmp/x.mmaprec', what: 'it holds no sample' },
  'bad-capture': { code: 'bad-capture', path: `/${HOSTILE}`, what: HOSTILE },
  unreadable: { code: 'unreadable', refusal: { reason: 'failed', errno: 'EIO', path: `/${HOSTILE}/7/stat` } },
}

describe.each(Object.values(FAILURES))('the failure $code', (failure) => {
  const { message, hint } = failureText(failure)

  it('is worded for a person, as one sentence without its full stop', () => {
    expect(message).toMatch(/^[a-z0-9/\\]/)
    expect(message).not.toMatch(/[.!]$/)
    expect(message).not.toMatch(/undefined|null|NaN|\[object/)
    if (hint !== null) expect(hint).toMatch(/^[a-z]/)
  })

  it('holds no character that a terminal could obey', () => {
    expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    if (failure.code !== 'ambiguous') expect(message).not.toContain('\n')
    expect(hint ?? '').not.toMatch(/\p{Cc}/u)
  })
})

describe('a list of processes to choose from', () => {
  it('is cut when it is long', () => {
    const candidates = Array.from({ length: 25 }, (_, pid) => ({ pid, comm: 'x', cmdline: ['y'.repeat(300)] }))
    const lines = failureText({ code: 'ambiguous', name: 'x', candidates }).message.split('\n')
    expect(lines[0]).toBe('25 processes fit "x":')
    expect(lines.at(-1)).toContain('… and 5 more')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(120)
  })
})

describe('what to do without permission', () => {
  it('names the user when it is known', () => {
    const hint = (user: string | null): string | null =>
      failureText({ code: 'no-permission', process: { pid: 7, comm: 'x' }, user, root: false, captured: false }).hint
    expect(hint('postgres')).toContain('as user postgres')
    expect(hint(null)).toBe('run as root')
  })
})

it('does not send a reader of a capture to do what its maker had to', () => {
  const failure = { code: 'no-permission', process, user: 'root', captured: true } as const
  const { message, hint } = failureText({ ...failure, root: false })
  expect(message).toContain('the capture was made without the right')
  expect(hint).toBe('capture it as root')
  expect(failureText({ ...failure, root: true }).hint).toBeNull()
})

it('takes a path that no process can be named after for a file', () => {
  const { message, hint } = failureText({ code: 'no-such-name', name: '/etc/passwd', similar: [], capture: false })
  expect(message).toContain('/etc/passwd is no capture')
  expect(hint).toContain('capture')
})
