import { spreadOfBaseline } from '../../analysis/gate/samples.ts'
import type { Baseline, BaselineScenario } from '../../model/gate/baseline.ts'
import { GATE_METRIC_NAMES, GATE_METRICS } from '../../model/gate/metrics.ts'
import type { Palette } from '../palette.ts'
import { shortTable } from '../short-table.ts'
import { counted, formatBytes, UNKNOWN } from '../units.ts'
import { formatNoise, formatRelative, formatValue, shown } from './text.ts'

/** How a baseline is shown. */
export interface BaselineView {
  /** Scenarios to show; all when empty. */
  readonly names: readonly string[]
  readonly groups: boolean
  readonly palette: Palette
}

const INDENT = '  '

/** A baseline for a person: the medians, how far the runs vary, and how much they crept since the first recording. */
export function baselineShownText(file: string, { scenarios }: Baseline, view: BaselineView): string {
  const { palette, names } = view
  const chosen = [...scenarios].filter(([name]) => names.length === 0 || names.includes(name))
  const lines = [palette.strong(`${shown(file)}: ${counted(chosen.length, 'scenario')}`)]
  for (const [name, scenario] of chosen) lines.push('', ...scenarioLines(name, scenario, view))
  return `${lines.join('\n')}\n`
}

function scenarioLines(name: string, scenario: BaselineScenario, { groups, palette }: BaselineView): readonly string[] {
  const { command, recorded, commit, reason, tool, fidelity } = scenario
  const facts = [
    `recorded ${recorded}`,
    ...(commit === null ? [] : [`at ${shown(commit)}`]),
    `by ${shown(tool)}`,
    fidelity,
  ]
  return [
    `${palette.strong(shown(name))}  ${shown(command)}`,
    `${INDENT}${facts.join(' · ')}${reason === null ? '' : ` · ${shown(reason)}`}`,
    `${INDENT}${palette.muted(environmentText(scenario))}`,
    ...metricTable(scenario, palette),
    ...(groups ? ['', ...groupTable(scenario, palette)] : []),
  ]
}

function environmentText({ environment }: BaselineScenario): string {
  const { kernel, arch, cpus, cpuQuota, memory, thp, aslr, libc, pageSize, variables, settings } = environment
  const texts = [
    `Linux ${kernel}`,
    arch,
    `${formatBytes(pageSize)} pages`,
    counted(cpus, 'CPU'),
    ...(cpuQuota === null ? [] : [`time of ${cpuQuota} CPUs`]),
    memory ?? UNKNOWN,
    `huge pages ${thp ?? UNKNOWN}`,
    `randomisation ${aslr ?? UNKNOWN}`,
    libc ?? UNKNOWN,
    counted(variables, 'variable'),
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ]
  return shown(texts.join(', '))
}

function metricTable({ metrics }: BaselineScenario, palette: Palette): readonly string[] {
  const rows = GATE_METRIC_NAMES.flatMap((name) => {
    const kept = metrics.get(name)
    const spread = kept === undefined ? null : spreadOfBaseline(kept)
    if (kept === undefined || spread === null) return []
    const { median, min, max, n } = spread
    const crept = kept.first === 0 ? null : (median - kept.first) / Math.abs(kept.first)
    const since = crept === null || crept === 0 ? '' : `${formatRelative(crept)} since ${kept.since}`
    return [
      [
        GATE_METRICS[name].label,
        ...[median, min, max].map((value) => formatValue(name, value)),
        spread.sigma === 0 ? '' : formatNoise(name, spread),
        String(n),
        since,
      ],
    ]
  })
  if (rows.length === 0) return []
  const right = { align: 'right' } as const
  const columns = [
    { title: 'METRIC', align: 'left' },
    ...['MEDIAN', 'FROM', 'TO', 'NOISE', 'RUNS'].map((title) => ({ title, ...right })),
    { title: 'CREEP', align: 'left' },
  ] as const
  return indented(shortTable(columns, rows), palette)
}

function groupTable({ groups, groupsLeftOut }: BaselineScenario, palette: Palette): readonly string[] {
  const sorted = [...groups].sort(([, one], [, other]) => other.median - one.median)
  const rows = sorted.map(([key, { median, min, max, anon, mappings }]) => [
    formatBytes(median),
    formatBytes(anon),
    min === max ? '' : formatBytes(max - min),
    String(mappings),
    shown(key),
  ])
  const columns = [
    ...['MEDIAN', 'ANON', 'RANGE', 'MAPPINGS'].map((title) => ({ title, align: 'right' }) as const),
    { title: 'MAPPED', align: 'left' },
  ] as const
  const more = groupsLeftOut === 0 ? [] : [`${INDENT}… and ${counted(groupsLeftOut, 'smaller group')}, left out`]
  return [...indented(shortTable(columns, rows), palette), ...more]
}

function indented([head = '', ...lines]: readonly string[], palette: Palette): readonly string[] {
  return [`${INDENT}${palette.heading(head)}`, ...lines.map((line) => `${INDENT}${line}`)]
}
