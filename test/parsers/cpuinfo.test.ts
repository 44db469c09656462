import { describe, expect, it } from 'vitest'
import { amdTlb, cpuidLeaf, intelTlbArray } from '../../src/parsers/cpuid-tlb.ts'
import { parseCpuInfo } from '../../src/parsers/cpuinfo.ts'
import { bytes, fixture } from './support.ts'

describe('parseCpuInfo', () => {
  it('reads an x86 processor', () => {
    expect(parseCpuInfo(fixture('system/cpuinfo-amd'))).toEqual({
      vendor: 'AuthenticAMD',
      model: 'AMD EPYC',
      family: 25,
      modelNumber: 1,
      hypervisor: true,
    })
  })

  it('takes the model’s number for no name, and the other way round', () => {
    const cpu = parseCpuInfo(fixture('synthetic/cpuinfo-intel.txt'))
    expect(cpu).toMatchObject({ vendor: 'GenuineIntel', family: 6, modelNumber: 85, hypervisor: false })
    expect(cpu.model).toBe('Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz')
  })

  it('knows of an ARM processor that it is one, and no more', () => {
    expect(parseCpuInfo(fixture('synthetic/cpuinfo-arm.txt'))).toEqual({
      vendor: 'ARM',
      model: null,
      family: null,
      modelNumber: null,
      hypervisor: null,
    })
  })

  it('knows nothing of an empty file', () => {
    expect(parseCpuInfo(bytes(''))).toMatchObject({ vendor: null, model: null, family: null, hypervisor: null })
  })
})

/** Registers as /dev/cpu/N/cpuid gives them. */
function leaf(...registers: number[]) {
  const buffer = Buffer.alloc(16)
  registers.forEach((value, index) => void buffer.writeUInt32LE(value >>> 0, 4 * index))
  return cpuidLeaf(buffer) ?? expect.fail('a leaf has sixteen bytes')
}

describe('the TLB of CPUID', () => {
  it('is one array on AMD Zen 3: leaf 0x80000006 as an EPYC 7003 gives it', () => {
    expect(amdTlb(leaf(0x48002200, 0x68004200, 0x02006140, 0x08009140))).toEqual([
      { entries: 2048, pageSizes: [4096, 2 ** 21] },
    ])
  })

  it('is two arrays where AMD counts pages of 2 MiB apart', () => {
    expect(amdTlb(leaf(0x24006000, 0x46004200, 0, 0))).toEqual([
      { entries: 1536, pageSizes: [4096] },
      { entries: 1024, pageSizes: [2 ** 21] },
    ])
  })

  it('is unknown where the count does not fit, as the 4096 of Zen 5', () => {
    expect(amdTlb(leaf(0, 0, 0, 0))).toEqual([])
  })

  it('is what Intel’s leaf 0x18 says of a second level for data', () => {
    // Level 2, shared by code and data (type 3), 4 KiB and 2 MiB, 16 ways of 128 sets.
    expect(intelTlbArray(leaf(0, (16 << 16) | 0b0011, 128, (2 << 5) | 3))).toEqual({
      entries: 2048,
      pageSizes: [4096, 2 ** 21],
    })
  })

  it.each([
    ['code alone', leaf(0, (8 << 16) | 1, 16, (2 << 5) | 2)],
    ['the first level', leaf(0, (4 << 16) | 1, 16, (1 << 5) | 1)],
    ['nothing', leaf(0, 0, 0, 0)],
  ])('leaves out an array for %s', (_, registers) => {
    expect(intelTlbArray(registers)).toBeNull()
  })

  it('is not read from fewer bytes than a leaf has', () => {
    expect(cpuidLeaf(new Uint8Array(15))).toBeNull()
  })
})
