import { sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const SHARE = 0.4
const LEAST = 256 * 2 ** 20
/** Policies that put pages on all nodes on purpose. */
const SPREAD = /^(?:weighted )?interleave/

export const rule = defineRule({
  id: 'numa-imbalance',
  title: 'Much memory is on nodes where the process may not run',
  severity: 'medium',
  what: 'On a host of several nodes with memory: pages on nodes of which the process may use no CPU, more than 40 % of its pages and 256 MiB. Mappings that are spread over nodes on purpose are left out.',
  why: 'Every access to them goes over the link between the nodes: half again to three times as long, and shared with everybody.',
  remedy:
    'Start it where its memory is (`numactl --cpunodebind=N --membind=N`), or move the pages: `migratepages PID FROM TO`; keep cpuset.cpus and cpuset.mems of its cgroup in step.',
  falseAlarms:
    'Page cache and shared memory lie where somebody else first read them; memory of a node without CPUs (CXL, persistent memory) is slower by nature and wanted.',
  references: ['numa(7)', 'numactl(8)', 'migratepages(8)'],
  needs: ['numa'],
  check: ({ numa }) => {
    const { nodes, mappings, allowedCpus: allowed } = numa
    if (nodes.length < 2) return CLEAR
    if (mappings === null || allowed === null) {
      return { kind: 'unknown', why: 'the CPUs that it may use, or the nodes of its pages, are not known' }
    }
    const cpus = new Set(allowed)
    const home = nodes.filter((node) => node.cpus.some((cpu) => cpus.has(cpu)))
    const far = nodes.filter((node) => !home.includes(node) && node.cpus.length > 0)
    const bytesOn = (ids: ReadonlySet<number>): number =>
      sumOver(
        mappings.filter(({ policy }) => !SPREAD.test(policy)),
        (mapping) => sumOver([...mapping.nodes], ([node, bytes]) => (ids.has(node) ? bytes : 0)),
      )
    const all = bytesOn(new Set(nodes.map(({ id }) => id)))
    const away = bytesOn(new Set(far.map(({ id }) => id)))
    if (Number.isNaN(all)) return { kind: 'unknown', why: 'numa_maps does not tell the size of its pages (Linux 3.15)' }
    if (away < LEAST || away <= all * SHARE) return CLEAR
    const percent = Math.round((away / all) * 100)
    const names = (some: typeof nodes): string =>
      `${some.length === 1 ? 'node' : 'nodes'} ${some.map(({ id }) => id).join(', ')}`
    return finding(
      'medium',
      'likely',
      `${percent} % of its pages are on ${names(far)}, and it may run on ${names(home)} alone`,
      {
        evidence: [
          { what: 'on other nodes', value: away, unit: 'bytes', source: 'numa_maps: N' },
          { what: 'in all', value: all, unit: 'bytes', source: 'numa_maps: N' },
          {
            what: 'may run on CPUs',
            value: allowed.join(','),
            unit: 'text',
            source: 'status: Cpus_allowed_list',
          },
        ],
      },
    )
  },
})
