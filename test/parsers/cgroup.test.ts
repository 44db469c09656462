import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cgroupDirectories, memoryCgroup, parseCgroup } from '../../src/parsers/cgroup.ts'
import { byteString, bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseCgroup', () => {
  it('reads a v2 host', () => {
    const entries = parseCgroup(fixture('synthetic/cgroup-v2.txt'))
    expect(entries).toEqual([{ hierarchy: 0, controllers: [], path: '/system.slice/nginx.service', deleted: false }])
    expect(memoryCgroup(entries)).toEqual({ version: 2, path: '/system.slice/nginx.service', deleted: false })
  })

  it('reads a v1 host; " (deleted)" is part of a name there', () => {
    const entries = parseCgroup(fixture('synthetic/cgroup-v1.txt'))
    expect(entries.map((entry) => entry.controllers)).toEqual([
      ['memory'],
      ['cpu', 'cpuacct'],
      ['net_cls', 'net_prio'],
      ['name=systemd'],
    ])
    expect(memoryCgroup(entries)).toEqual({ version: 1, path: '/docker/3f4e (deleted)', deleted: false })
  })

  it('takes the v1 memory controller on a hybrid host', () => {
    const entries = parseCgroup(fixture('proc/java/cgroup'))
    expect(entries).toHaveLength(10)
    expect(memoryCgroup(entries)).toMatchObject({ version: 1, path: '/init/0d80a85181c3e7439eaa010b7d62494e' })
  })

  it('strips one suffix from a removed v2 cgroup; colons and spaces belong to the name', () => {
    const [entry] = parseCgroup(fixture('synthetic/cgroup-v2-deleted.txt'))
    expect(entry).toMatchObject({ path: '/user.slice/job: 7 (deleted)', deleted: true })
  })

  it('knows no memory cgroup without hierarchies', () => {
    expect(memoryCgroup(parseCgroup(bytes('')))).toBeNull()
    expect(memoryCgroup(parseCgroup(bytes('1:name=systemd:/\n')))).toBeNull()
  })

  it('reads back any path', () => {
    fc.assert(
      fc.property(byteString({ without: '\n', max: 60 }), fc.boolean(), (name, deleted) => {
        fc.pre(!name.endsWith(' (deleted)'))
        const [entry] = parseCgroup(bytes(`0::/${name}${deleted ? ' (deleted)' : ''}\n`))
        expect(entry).toEqual({ hierarchy: 0, controllers: [], path: `/${name}`, deleted })
      }),
    )
  })

  it.each(['0::\n', '0:/\n', 'x::/\n', '0::relative\n', '\n', '0::/cut'])('refuses %j', (text) => {
    expect(() => parseCgroup(bytes(text))).toThrow(/^cgroup, line 1: expected /)
  })

  it('answers or refuses, whatever the bytes', () => {
    expectAnswerOrParseError((input) => memoryCgroup(parseCgroup(input)), fixture('proc/java/cgroup'))
  })
})

describe('cgroupDirectories', () => {
  const mount = (fsType: string, mountPoint: string, root = '/', superOptions: readonly string[] = ['rw']) => ({
    fsType,
    mountPoint,
    root,
    superOptions,
  })
  const v2 = (path: string) => ({ version: 2, path, deleted: false }) as const

  it('goes from a cgroup up to the mounted root', () => {
    const mounts = [mount('proc', '/proc'), mount('cgroup2', '/sys/fs/cgroup')]
    expect(cgroupDirectories(v2('/a/b'), mounts)).toEqual(['/sys/fs/cgroup/a/b', '/sys/fs/cgroup/a', '/sys/fs/cgroup'])
    expect(cgroupDirectories(v2('/'), mounts)).toEqual(['/sys/fs/cgroup'])
  })

  it('takes the v1 hierarchy of the controller', () => {
    const mounts = [
      mount('cgroup', '/cg/cpu', '/', ['rw', 'cpu', 'cpuacct']),
      mount('cgroup', '/cg/memory', '/', ['rw', 'memory']),
    ]
    expect(cgroupDirectories({ version: 1, path: '/box', deleted: false }, mounts)).toEqual([
      '/cg/memory/box',
      '/cg/memory',
    ])
    expect(cgroupDirectories({ version: 1, path: '/', deleted: false }, mounts, 'cpu')).toEqual(['/cg/cpu'])
  })

  it('knows what of the hierarchy a bind mount shows', () => {
    const mounts = [mount('cgroup2', '/sys/fs/cgroup', '/docker/3f4e')]
    expect(cgroupDirectories(v2('/docker/3f4e/job'), mounts)).toEqual(['/sys/fs/cgroup/job', '/sys/fs/cgroup'])
    expect(cgroupDirectories(v2('/docker/3f4e'), mounts)).toEqual(['/sys/fs/cgroup'])
    expect(cgroupDirectories(v2('/docker/3f4e0'), mounts)).toEqual([])
    expect(cgroupDirectories(v2('/'), [])).toEqual([])
  })
})
