import { GATE_METRICS, type GateMetric } from '../../model/gate/metrics.ts'
import type { MemoryPlaces, ScenarioResult } from '../../model/gate/report.ts'
import { counted, formatBytes, formatPercent } from '../units.ts'
import { groupMembers } from './group-places.ts'
import { IN_GROUPS, momentText, seenText } from './growth.ts'
import { mappingPlaces } from './mapping-places.ts'
import { largestFirst, type PlaceTable } from './place-table.ts'
import { shown } from './text.ts'

/** Where that is which a failure is about, as far as a table of growths does not tell. */
export function placeTables(result: ScenarioResult): readonly PlaceTable[] {
  if (result.verdict !== 'failed') return []
  const tables = [brokenBudgetPlaces(result), mappingPlaces(result), groupMembers(result)]
  return tables.filter((table) => table !== null)
}

/**
 * Where the memory of a broken budget is. `null` when none is broken of what groups of mappings are made of, or when a
 * table of growths answers already, or no mappings could be read.
 */
function brokenBudgetPlaces({ metrics, growth, places }: ScenarioResult): PlaceTable | null {
  const broken = metrics.filter(
    ({ metric, budget }) =>
      budget?.verdict === 'failed' && IN_GROUPS.includes(metric) && GATE_METRICS[metric].judged !== 'growth',
  )
  const anonAlone = broken.every(({ metric }) => metric !== 'peak-rss')
  // What a server gained under its load says nothing of what it had before.
  const grown = growth === null || growth.moment === 'under-load' ? [] : growth.rows
  const told = grown.some(({ change }) => change === 'grew' || change === 'new')
  if (broken.length === 0 || told || places === null) return null
  const { moment, processes, resident } = places
  const seen = moment === 'peak' && !anonAlone ? seenText(resident, metrics) : null
  const memory = anonAlone ? 'anonymous and shared memory' : 'memory'
  const of = processes > 1 ? `of all ${processes} processes ` : ''
  const heads = ['size', 'share', 'mappings', '']
  return {
    title: `Where the ${memory} ${of}is${momentText(places)}`,
    heads,
    figures: 2,
    ...memoryRows(places, anonAlone, seen),
  }
}

function memoryRows(places: MemoryPlaces, anonAlone: boolean, seen: string | null): Pick<PlaceTable, 'rows' | 'rest'> {
  const of = anonAlone ? 'anon' : 'resident'
  const total = places.rows.reduce((sum, row) => sum + row[of], 0)
  const { most, left } = largestFirst(places.rows, (row) => row[of])
  const rest = left.reduce((sum, row) => sum + row[of], 0)
  return {
    rows: most.map(({ key, resident, anon, mappings, [of]: size }) => [
      formatBytes(size),
      formatPercent((100 * size) / total),
      shown(key),
      [
        counted(Math.round(mappings), 'mapping'),
        ...(!anonAlone && anon > 0 && anon < resident && !key.startsWith('[')
          ? [`${formatBytes(anon)} of it anon`]
          : []),
      ].join(', '),
    ]),
    rest: [
      ...(left.length > 0 ? [`${counted(left.length, 'smaller group')} ${formatBytes(rest)}`] : []),
      `together ${formatBytes(total)}`,
      ...(seen === null ? [] : [seen]),
    ].join(' · '),
  }
}

/** What failed of the faults: a check counts them, and does not see where they are. */
export function faultPlaces({ verdict, metrics, command, requests }: ScenarioResult): FaultPlaces | null {
  const failed = metrics.filter((each) => each.verdict === 'failed' && FAULTS.includes(each.metric))
  if (verdict !== 'failed' || failed.length === 0) return null
  const names = failed.map(({ metric }) => GATE_METRICS[metric].label).join(' and ')
  const isServer = requests !== null || metrics.some(({ metric }) => GATE_METRICS[metric].server)
  return {
    message: `check counts ${names}, and does not see where they are`,
    command: isServer
      ? 'mmapctl faults --by mapping --duration 30s --pid PID   while it is under load'
      : `mmapctl faults --by mapping -- ${shown(command)}`,
  }
}

/** Why no place is told, and the command that tells it. */
export interface FaultPlaces {
  readonly message: string
  readonly command: string
}

const FAULTS: readonly GateMetric[] = ['minor-faults', 'major-faults']
