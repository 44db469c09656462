import type { Limit } from '../../src/model/limit.ts'
import type { WatchSample, WatchSubject } from '../../src/model/watch.ts'

const MIB = 1024 ** 2

export const SUBJECT: WatchSubject = { pid: 42, startTime: 1000, comm: 'server', command: 'server --port 80' }

/** A sample of a made-up process; the first of a watch names it. */
export function watchSample(at: number, parts: Partial<WatchSample> = {}): WatchSample {
  return {
    at,
    tier: 'status',
    figures: { rss: 20 * MIB, anon: 10 * MIB, swap: 0, mappings: 40, minorFaults: 100, majorFaults: 0 },
    limits: null,
    costMs: 0.2,
    longestReadMs: 0.1,
    reads: [{ read: 'status', costMs: 0.2, pace: 1, refused: null }],
    subject: at === 0 ? SUBJECT : null,
    ...parts,
  }
}

/** A limit of a made-up process. */
export function limit(id: Limit['id'], used: number, most: number, where = ''): Limit {
  return { id, where, used, limit: most, effect: id === 'cgroup-max' ? 'cgroup-kill' : 'refused' }
}
