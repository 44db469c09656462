import {
  MAPPING_FIELDS as DIRTY_MAPPINGS,
  PROCESS_FIELDS as DIRTY_PROCESSES,
  FILE_FIELDS,
} from '../analysis/dirty/tables.ts'
import { FIGURES } from '../analysis/figures.ts'
import { OWNER_FIELDS } from '../analysis/overcommit/owners.ts'
import { PROMISE_FIELDS } from '../analysis/overcommit/promises.ts'
import { RISK_RULES } from '../analysis/overcommit/risk-rules.ts'
import { PS_FIELDS } from '../analysis/ps/fields.ts'
import { PROCESSES } from '../analysis/ps/groups.ts'
import { THP_EVENTS } from '../analysis/thp/events.ts'
import { TEXT_COLUMNS } from '../output/mapping-columns.ts'
import { MAPPING_FIELDS as THP_MAPPINGS } from '../output/thp-mapping-fields.ts'
import { PROCESS_FIELDS as THP_PROCESSES } from '../output/thp-process-fields.ts'
import { type Topic, type TopicEntry, type TopicKind, topicsOf } from '../reference/topic.ts'
import { sentence } from '../reference/topics/own-words.ts'

/** A column as its table defines it. */
interface Column {
  readonly name: string
  readonly meaning: string
}

/** Columns of records by the report that has them; the same name may be a column of several of its tables. */
const TABLES: readonly (readonly [kind: TopicKind, reference: string, shownBy: string, columns: readonly Column[]])[] =
  [
    ['column of ps', 'docs/ps.md', 'mmapctl ps --columns', [...PS_FIELDS, PROCESSES]],
    ['column of dirty', 'docs/dirty.md', 'mmapctl dirty --by file --columns', FILE_FIELDS],
    ['column of dirty', 'docs/dirty.md', 'mmapctl dirty --by process --columns', DIRTY_PROCESSES],
    ['column of dirty', 'docs/dirty.md', 'mmapctl dirty --by mapping --columns', DIRTY_MAPPINGS],
    ['column of thp', 'docs/thp.md', 'mmapctl thp PID --columns', THP_MAPPINGS],
    ['column of thp', 'docs/thp.md', 'mmapctl thp --columns', THP_PROCESSES],
    ['column of overcommit', 'docs/overcommit.md', 'mmapctl overcommit --columns', OWNER_FIELDS],
    ['column of overcommit', 'docs/overcommit.md', 'mmapctl overcommit PID --columns', PROMISE_FIELDS],
    ['risk rule', 'docs/overcommit.md', 'mmapctl overcommit', namedMeanings(Object.entries(RISK_RULES))],
  ]

const MAPS_COLUMNS = topicsOf('column of maps', { shownBy: 'mmapctl maps PID --columns', reference: 'docs/maps.md' }, [
  ...FIGURES.map(({ id, meaning, required, optional = [] }): TopicEntry => {
    const fields = [...required, ...optional]
    const from = fields.length === 0 ? 'Made from the addresses.' : `Made from ${fields.join(' + ')} of smaps.`
    return [id, null, sentence(meaning), from]
  }),
  ...Object.entries(TEXT_COLUMNS).map(([id, meaning]): TopicEntry => [id, null, sentence(meaning)]),
])

const COUNTERS = topicsOf(
  'counter of vmstat',
  { shownBy: 'mmapctl thp', reference: 'Documentation/admin-guide/mm/transhuge.rst' },
  THP_EVENTS.map(([name, meaning]) => [name, null, sentence(meaning)]),
)

/** Topics of every column and counter that a report shows. */
export const COLUMN_TOPICS: readonly Topic[] = [...MAPS_COLUMNS, ...merged(), ...COUNTERS]

/** A column that several tables of a report have with one meaning is one topic. */
function merged(): readonly Topic[] {
  const found = new Map<string, Topic>()
  for (const [kind, reference, shownBy, columns] of TABLES) {
    for (const { name, meaning } of columns) {
      const key = `${kind}/${name}/${meaning}`
      const known = found.get(key)
      const shown = known === undefined ? shownBy : `${known.shownBy}, ${shownBy}`
      const [topic] = topicsOf(kind, { shownBy: shown, reference }, [[name, null, sentence(meaning)]])
      if (topic !== undefined) found.set(key, topic)
    }
  }
  return [...found.values()]
}

function namedMeanings(entries: readonly (readonly [string, { readonly meaning: string }])[]): readonly Column[] {
  return entries.map(([name, { meaning }]) => ({ name, meaning }))
}
