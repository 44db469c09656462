import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStatus } from '../../src/parsers/status.ts'
import { altered, byteString, bytes, expectAnswerOrParseError, fixture } from './support.ts'
import { weirdCommands } from './weird-commands.ts'

const JAVA = 'proc/java/status'
const KB = 1024

function minimal(nameLine: string, more = ''): Uint8Array {
  return bytes(`${nameLine}\nState:\tS (sleeping)\nTgid:\t7\nPid:\t8\nPPid:\t1\n${more}`)
}

describe('parseStatus', () => {
  it('reads a process, sizes in bytes', () => {
    expect(parseStatus(fixture(JAVA))).toMatchObject({
      name: 'java',
      state: 'S',
      tgid: 15044,
      pid: 15044,
      ppid: 15043,
      uid: { real: 0, effective: 0, saved: 0, fs: 0 },
      threads: 20,
      kthread: false,
      vmPeak: 8_982_628 * KB,
      vmSize: 8_982_628 * KB,
      vmLck: 0,
      vmPin: 0,
      vmHwm: 146_384 * KB,
      vmRss: 145_668 * KB,
      rssAnon: 114_680 * KB,
      rssFile: 30_988 * KB,
      rssShmem: 0,
      vmData: 1_342_480 * KB,
      vmStk: 132 * KB,
      vmExe: 4 * KB,
      vmLib: 17_300 * KB,
      vmPte: 572 * KB,
      vmPmd: null,
      vmSwap: 0,
      hugetlbPages: 0,
      coreDumping: false,
      thpEnabled: true,
      nsPid: [15044],
      capEff: 0x1fffeffffffn,
      memsAllowedList: [0],
      voluntarySwitches: 1,
      nonvoluntarySwitches: 8,
    })
  })

  it('keeps the lines it does not know, by the name the kernel gives them', () => {
    const { other } = parseStatus(fixture(JAVA))
    expect(other.get('untag_mask')).toBe('0xffffffffffffffff')
    expect(other.get('Speculation_Store_Bypass')).toBe('thread vulnerable')
    expect(other.get('Groups')).toBe('')
    expect(other.has('VmRSS')).toBe(false)
  })

  it.each(['hugetlb', 'swap', 'ksm', 'thp', 'kinds', 'many-vmas', 'node20', 'ia32'])(
    'VmRSS is the sum of its parts in %s',
    (name) => {
      const { vmRss, rssAnon, rssFile, rssShmem } = parseStatus(fixture(`proc/${name}/status`))
      expect(vmRss).toBe((rssAnon ?? 0) + (rssFile ?? 0) + (rssShmem ?? 0))
    },
  )

  it.each(['zombie', 'kernel-thread', 'dead-leader'])('knows no memory figure of %s: unknown, not 0', (name) => {
    expect(parseStatus(fixture(`proc/${name}/status`))).toMatchObject({
      kthread: name === 'kernel-thread',
      vmSize: null,
      vmRss: null,
      rssAnon: null,
      vmSwap: null,
      hugetlbPages: null,
      coreDumping: null,
      thpEnabled: null,
    })
  })

  it('finds the figures of a process without leader in the files of its threads', () => {
    const leader = parseStatus(fixture('proc/dead-leader/status'))
    const thread = parseStatus(fixture('proc/dead-leader/task/12802/status'))
    expect(leader).toMatchObject({ state: 'Z', pid: 12800, threads: 2 })
    expect(thread).toMatchObject({ state: 'S', tgid: 12800, pid: 12802, vmRss: 1708 * KB })
  })

  it('reads an old kernel: what it lacks is unknown', () => {
    expect(parseStatus(fixture('synthetic/status-linux-4.4.txt'))).toMatchObject({
      uid: { real: 1000, effective: 1000, saved: 1000, fs: 1000 },
      gid: { real: 1000, effective: 1001, saved: 1002, fs: 1003 },
      kthread: null,
      rssAnon: null,
      rssFile: null,
      rssShmem: null,
      vmPmd: 12 * KB,
      coreDumping: null,
      thpEnabled: null,
      nsPid: [2041, 7],
      capEff: 0n,
      memsAllowedList: [0, 1, 3],
    })
  })

  it('does not take a VmLib that wrapped below 0 for a size', () => {
    const status = parseStatus(fixture('synthetic/status-linux-4.4.txt'))
    expect(status.vmLib).toBeNull()
    expect(status.other.get('VmLib')).toBe('18446744073709551612 kB')
  })

  it.each(weirdCommands())('undoes the escapes in the name $comm', ({ comm, nameLine }) => {
    expect(parseStatus(minimal(nameLine)).name).toBe(comm)
  })

  it('reads back any name', () => {
    fc.assert(
      fc.property(byteString({ max: 63 }), (comm) => {
        const escaped = comm.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
        expect(parseStatus(minimal(`Name:\t${escaped}`)).name).toBe(comm)
      }),
    )
  })

  it('needs only the lines that every kernel prints', () => {
    const status = parseStatus(minimal('Name:\t'))
    const { name, state, tgid, pid, ppid, other, ...rest } = status
    expect({ name, state, tgid, pid, ppid }).toEqual({ name: '', state: 'S', tgid: 7, pid: 8, ppid: 1 })
    expect(other.size).toBe(0)
    expect(new Set(Object.values(rest))).toEqual(new Set([null]))
  })

  it('reads every list of NUMA nodes that the kernel prints', () => {
    const nodesOf = (list: string) => parseStatus(minimal('Name:\ta', `Mems_allowed_list:\t${list}\n`)).memsAllowedList
    expect(nodesOf('')).toEqual([])
    expect(nodesOf('0-2,7,9-10')).toEqual([0, 1, 2, 7, 9, 10])
    for (const list of ['2-1', '0,0', '3,1', '0-99999', '0-4096', '0:1', ','])
      expect(() => nodesOf(list)).toThrow('Mems_allowed_list')
  })

  it.each([
    ['VmRSS:\t  145668 kB', 'VmRSS:\t  145668'],
    ['VmRSS:\t  145668 kB', 'VmRSS:\t  -4 kB'],
    ['VmRSS:\t  145668 kB', 'VmRSS:\t  99999999999999999999 kB'],
    ['State:\tS (sleeping)', 'State:\tsleeping'],
    ['Pid:\t15044\nPPid', 'Pid:\t15044x\nPPid'],
    ['Uid:\t0\t0\t0\t0', 'Uid:\t0\t0\t0'],
    ['Uid:\t0\t0\t0\t0', 'Uid:\t0\t0\t0\tx'],
    ['Kthread:\t0', 'Kthread:\t2'],
    ['CapEff:\t000001fffeffffff', 'CapEff:\t000001FFFEFFFFFF0'],
    ['PPid:\t15043\n', ''],
    ['VmSize:', 'VmPeak:'],
    ['VmSize:', 'VmSize'],
  ])('refuses %j as %j', (from, to) => {
    expect(() => parseStatus(altered(JAVA, from, to))).toThrow(/^status(, line \d+)?: expected /)
  })

  it('refuses a file whose last line was cut', () => {
    expect(() => parseStatus(fixture(JAVA).subarray(0, -1))).toThrow('status, line 59: expected a line feed')
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError(parseStatus, fixture(JAVA))
  })
})
