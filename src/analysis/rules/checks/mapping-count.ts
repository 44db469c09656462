import { countMappings } from '../../../model/mapping-table.ts'
import { permsText } from '../../../model/perms.ts'
import type { MapsReport } from '../../maps-report.ts'
import { countInSentence } from '../rows.ts'
import { CLEAR, defineRule, type Evidence, finding } from '../rule.ts'

/** Parts of the limit from which it is worth saying. */
const MEDIUM = 0.5
const HIGH = 0.85

export const rule = defineRule({
  id: 'mapping-count',
  title: 'Near the limit of mappings',
  severity: 'high',
  what: 'The number of mappings against vm.max_map_count, and what most of them are.',
  why: 'At the limit mmap, mprotect, munmap of a part and thread creation fail with ENOMEM, though memory is free; many programs then abort.',
  remedy:
    'Raise it: `sysctl vm.max_map_count=262144`; or let neighbours merge: fewer guard pages and mprotect calls, larger arenas.',
  falseAlarms: 'Search engines and databases that map thousands of files raise the limit and stay below it for years.',
  references: ['Documentation/admin-guide/sysctl/vm.rst: max_map_count', 'mmap(2): ENOMEM'],
  needs: ['maps', 'host'],
  check: ({ maps, host }) => {
    if (host.maxMapCount === null) return { kind: 'unknown', why: 'vm.max_map_count cannot be read' }
    const count = countMappings(maps.table)
    const share = count / host.maxMapCount
    if (share < MEDIUM) return CLEAR
    const cluster = largestCluster(maps)
    const evidence: Evidence[] = [
      { what: 'mappings', value: count, unit: 'count', source: 'maps: lines, without the gate page' },
      { what: 'vm.max_map_count', value: host.maxMapCount, unit: 'count', source: '/proc/sys/vm/max_map_count' },
      { what: `of one shape (${cluster.shape})`, value: cluster.rows.length, unit: 'count', source: 'maps' },
    ]
    const percent = Math.floor(share * 100)
    const summary = `${percent} % of the mappings that a process may have; ${countInSentence(cluster.rows.length)} of ${countInSentence(count)} are alike: ${cluster.shape}`
    const severity = share >= HIGH ? 'high' : 'medium'
    return finding(severity, 'certain', summary, { evidence, rows: cluster.rows.slice(0, 3) })
  },
})

/** Mappings of one kind, size and permissions. */
interface Cluster {
  readonly shape: string
  readonly rows: readonly number[]
}

function largestCluster({ table, classes }: MapsReport): Cluster {
  const clusters = new Map<string, number[]>()
  for (let row = 0; row < table.length; row++) {
    const shape = `${permsText(table.perms[row] as number)} ${classes.kind(row)} of ${table.size(row) / 1024} KiB`
    const rows = clusters.get(shape)
    if (rows === undefined) clusters.set(shape, [row])
    else rows.push(row)
  }
  const [largest] = [...clusters].sort((a, b) => b[1].length - a[1].length)
  return largest === undefined ? { shape: '', rows: [] } : { shape: largest[0], rows: largest[1] }
}
