import { latentPromises, MANY_PROMISES, STACKS } from '../host-shortage.ts'
import { countInSentence, isKind, largestFirst, rowsWhere, sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const LEAST = 2 ** 30
/** Part of the stacks that is used. */
const USED = 0.1

export const rule = defineRule({
  id: 'thread-stack-volume',
  title: 'Much is promised to stacks of threads',
  severity: 'info',
  what: 'Stacks of threads of more than 1 GiB together, of which less than a tenth is resident.',
  why: 'Each stack is charged to Committed_AS in full: where vm.overcommit_memory is 2 that memory is refused to others. In the other modes it costs address space alone.',
  remedy: 'Smaller stacks: pthread_attr_setstacksize, `ulimit -s`, -Xss of a JVM; or fewer threads.',
  falseAlarms: 'Only the promise is large: the resident size is what the stacks cost.',
  references: ['pthread_attr_setstacksize(3)', 'Documentation/mm/overcommit-accounting.rst'],
  needs: ['smaps', 'sysctls', 'commit'],
  check: ({ smaps, sysctls, commit }) => {
    const { table } = smaps
    const rows = rowsWhere(smaps, (row) => isKind(smaps, row, ['thread-stack']))
    const size = sumOver(rows, (row) => table.size(row))
    const used = sumOver(rows, (row) => table.value('Rss', row))
    if (size <= LEAST || used >= size * USED) return CLEAR
    const mode = sysctls.get('vm/overcommit_memory')
    const strict = mode === 2
    // Without these stacks nobody would find that much is promised on the host.
    const alone = latentPromises(commit).bytes - size <= commit.supply * MANY_PROMISES
    return finding(
      strict ? 'medium' : 'info',
      'likely',
      `${countInSentence(rows.length)} stacks of threads are promised and nearly empty`,
      {
        cause: alone ? STACKS : null,
        evidence: [
          { what: 'stacks', value: rows.length, unit: 'count', source: 'smaps: VmFlags nh above a guard' },
          { what: 'size', value: size, unit: 'bytes', source: 'smaps: Size' },
          { what: 'resident', value: used, unit: 'bytes', source: 'smaps: Rss' },
          ...(mode === undefined
            ? []
            : [
                {
                  what: 'vm.overcommit_memory',
                  value: mode,
                  unit: 'count' as const,
                  source: '/proc/sys/vm/overcommit_memory',
                },
              ]),
        ],
        rows: largestFirst(rows, (row) => table.size(row)).slice(0, 3),
      },
    )
  },
})
