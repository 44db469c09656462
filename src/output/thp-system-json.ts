import type { ThpHostReport } from '../analysis/thp/host-report.ts'
import { anonymousPolicy, shmemPolicy } from '../analysis/thp/policy.ts'
import type { ThpSettings } from '../model/thp-settings.ts'

/** The host's part of a document. */
export function systemJson(report: ThpHostReport): object {
  const { settings, fragmentation, events } = report
  return {
    available: settings !== null,
    settings: settings === null ? null : settingsJson(settings),
    khugepaged:
      settings?.khugepaged == null
        ? null
        : { runs: report.khugepagedRuns, bytesPerSecond: report.khugepagedSpeed, ...settings.khugepaged },
    sizes: (settings?.sizes ?? []).map((size) => ({
      ...size,
      policy: settings === null ? null : anonymousPolicy(settings, size.size),
      shmemPolicy: settings === null ? null : shmemPolicy(settings, size.size, { owner: 'anonymous' }),
    })),
    hugetlb: report.pools,
    meminfo: report.meminfo,
    events: {
      intervalMs: events.intervalMs,
      counters: Object.fromEntries(events.events.map(({ name, ...rest }) => [name, rest])),
    },
    fragmentation,
    tlb: report.tlb,
    processor: report.processor,
    findings: report.findings,
  }
}

function settingsJson({ sizes: _sizes, khugepaged: _khugepaged, ...settings }: ThpSettings): object {
  return settings
}
