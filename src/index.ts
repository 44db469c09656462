/**
 * mmapctl as a library: the parsers of the kernel's formats, and the table that maps and smaps are read into.
 *
 * Parsers are pure: bytes in, records out; they never read a file.
 */

export { deviceText, MappingTable } from './model/mapping-table.ts'
export { permsText } from './model/perms.ts'
export type { UsageColumn } from './model/usage-column.ts'
export { flagMeaning, VM_FLAGS } from './model/vm-flags.ts'
export { type CgroupEntry, type MemoryCgroup, memoryCgroup, parseCgroup } from './parsers/cgroup.ts'
export { type Limit, parseLimits } from './parsers/limits.ts'
export { MapsParser } from './parsers/maps.ts'
export { type Meminfo, parseMeminfo } from './parsers/meminfo.ts'
export { ParseError } from './parsers/parse-error.ts'
export { SmapsParser } from './parsers/smaps.ts'
export { parseSmapsRollup, type SmapsRollup } from './parsers/smaps-rollup.ts'
export { type ProcStat, parseStat } from './parsers/stat.ts'
export { parseStatm, type StatmPages } from './parsers/statm.ts'
export { type ProcStatus, parseStatus } from './parsers/status.ts'
export { parseVmstat } from './parsers/vmstat.ts'
