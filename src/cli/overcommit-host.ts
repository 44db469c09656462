import { type HostView, hostView } from '../analysis/overcommit/host-report.ts'
import type { CgroupKillCounter } from '../collectors/cgroup-kills.ts'
import { type CommitSample, collectCommitSample, collectCommitSettings } from '../collectors/commit-host.ts'
import type { HostFacts } from '../collectors/host.ts'
import { atLeast } from '../parsers/kernel-version.ts'
import type { Trees } from '../sources/trees.ts'

/**
 * Looks at the host now, and beside an earlier sample where there is one.
 *
 * @param kills The counter of the earlier sample.
 */
export function lookAtHost(
  trees: Trees,
  facts: HostFacts,
  earlier: CommitSample | null,
  kills: CgroupKillCounter | null = null,
): HostView {
  const { kernel, pageSize, upSeconds, maxMapCount, capturedAt } = facts
  return hostView({
    host: {
      release: kernel.release,
      pageSize,
      upSeconds,
      maxMapCount,
      capturedAt,
      // 8c7829b04c52 and 4e2ee51e79d8, both on their own in no stable kernel before.
      rules: { wholeRam: atLeast(kernel, 5, 2), exactCommitted: atLeast(kernel, 5, 9) },
    },
    settings: collectCommitSettings(trees),
    sample: collectCommitSample(trees, kills),
    earlier,
  })
}
