import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCmdline } from '../../src/parsers/cmdline.ts'
import { byteString, bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseCmdline', () => {
  it('reads the arguments', () => {
    expect(parseCmdline(fixture('proc/java/cmdline'))).toEqual(['java', 'S.java'])
    const [node, flag, script, ...rest] = parseCmdline(fixture('proc/node20/cmdline'))
    expect([node, flag, rest]).toEqual(['node', '-e', []])
    expect(script).toMatch(/^const a=.*; new WebAssembly\.Memory/)
  })

  it.each(['kernel-thread', 'zombie'])('is empty for %s', (name) => {
    expect(parseCmdline(fixture(`proc/${name}/cmdline`))).toEqual([])
  })

  it('takes an overwritten command line as one title, without its padding', () => {
    expect(parseCmdline(fixture('proc/process-title/cmdline'))).toEqual(['worker: idle'])
    expect(parseCmdline(bytes('nginx: master process /usr/sbin/nginx -g daemon off;'))).toEqual([
      'nginx: master process /usr/sbin/nginx -g daemon off;',
    ])
    expect(parseCmdline(bytes('sshd: ann@pts/0\0\0\0\0\0\0\0\0'))).toEqual(['sshd: ann@pts/0'])
    expect(parseCmdline(bytes('   \0\0'))).toEqual([])
    expect(parseCmdline(bytes('\0\0\0'))).toEqual([])
  })

  it('keeps empty arguments and spaces in arguments', () => {
    expect(parseCmdline(bytes('sh\0-c\0\0 a b \0'))).toEqual(['sh', '-c', '', ' a b '])
    expect(parseCmdline(bytes('\0argv0-was-empty\0'))).toEqual(['', 'argv0-was-empty'])
  })

  it('reads back any arguments, whatever bytes they hold', () => {
    const argument = byteString({ without: '\0' })
    const last = byteString({ without: '\0', min: 1 })
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1 }), last, (first, end) => {
        const args = [...first, end]
        expect(parseCmdline(bytes(`${args.join('\0')}\0`))).toEqual(args)
      }),
    )
  })

  it('always answers', () => {
    expectAnswerOrParseError(parseCmdline, fixture('proc/node20/cmdline'))
    fc.assert(fc.property(fc.uint8Array(), (input) => Array.isArray(parseCmdline(input))))
  })
})
