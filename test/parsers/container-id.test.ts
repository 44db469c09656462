import { describe, expect, it } from 'vitest'
import { containerId } from '../../src/parsers/container-id.ts'

const ID = '3f8a1c9d2e7b45060718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e'

function idOf(...paths: readonly string[]): string {
  return containerId(paths.map((path, index) => ({ hierarchy: index, controllers: [], path, deleted: false })))
}

describe('the container of a process', () => {
  it.each([
    ['Docker, cgroupfs', `/docker/${ID}`],
    ['Docker, systemd', `/system.slice/docker-${ID}.scope`],
    [
      'Kubernetes, containerd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7a.slice/cri-containerd-${ID}.scope`,
    ],
    ['Kubernetes, cgroupfs', `/kubepods/besteffort/pod0b1c-22/${ID}`],
    ['Kubernetes, CRI-O', `/kubepods.slice/kubepods-pod7a.slice/crio-${ID}.scope`],
    ['Podman', `/machine.slice/libpod-${ID}.scope/container`],
    ['a service inside of one', `/system.slice/docker-${ID}.scope/system.slice/cron.service`],
    ['the one in the second hierarchy', '/', ID],
  ])('%s', (_name, ...paths) => {
    expect(idOf(...paths)).toBe('3f8a1c9d2e7b')
  })

  it('has a name of its own in LXC and Fargate', () => {
    expect(idOf('/lxc.payload.web-1/system.slice')).toBe('web-1')
    expect(idOf('/ecs/0123456789abcdef0123456789abcdef/0123456789abcdef0123456789abcdef-42')).toBe(
      '0123456789abcdef0123456789abcdef-42',
    )
  })

  it.each([
    ['the root', '/'],
    ['a service', '/system.slice/nginx.service'],
    ['a monitor that is outside of it', `/machine.slice/libpod-conmon-${ID}.scope`],
    ['a name that only looks like an id', `/user.slice/${ID}0`],
  ])('is none: %s', (_name, path) => {
    expect(idOf(path)).toBe('')
  })
})
