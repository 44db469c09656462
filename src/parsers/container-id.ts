import type { CgroupEntry } from './cgroup.ts'

/** What a container runtime calls its cgroup: `docker-ID.scope`, `cri-containerd-ID.scope`, `libpod-ID`, or `ID` alone. */
const HEX_ID = /^(?:(?!.*conmon)[a-z-]+-)?([0-9a-f]{64})(?:\.scope)?$/
/** AWS Fargate: task id and container number. */
const TASK_ID = /^([0-9a-f]{32}-\d+)$/
/** LXC, by the container's own name; the monitor outside of it is not in it. */
const LXC = /^lxc\.payload\.(.+)$/
const SHORT = 12

/**
 * The short id of the container that a process is in, as runtimes print it, by the name of its cgroup or of one above;
 * empty when none is known. Inside a container the cgroup namespace hides it.
 *
 * Names are those that runc, crun, containerd, CRI-O, Docker and Podman give (systemd and cgroupfs drivers), and LXC.
 */
export function containerId(entries: readonly CgroupEntry[]): string {
  for (const { path } of entries) {
    for (const segment of path.split('/').reverse()) {
      const id = HEX_ID.exec(segment)?.[1]?.slice(0, SHORT) ?? TASK_ID.exec(segment)?.[1] ?? LXC.exec(segment)?.[1]
      if (id !== undefined) return id
    }
  }
  return ''
}
