import type { RawMeasurement, RawProcess, RawTree } from '../../src/model/raw-measurement.ts'

/** A process that was held at its end, but for what is given. */
export function rawProcess(given: Partial<RawProcess> = {}): RawProcess {
  return {
    pid: 100,
    parent: 99,
    root: true,
    ofLauncher: false,
    comm: 'prog',
    exe: '/usr/bin/prog',
    peakRss: 10_000_000,
    earlierPeakRss: 0,
    seenAtEnd: true,
    outlived: false,
    mappings: 40,
    minorFaults: 1000,
    majorFaults: 2,
    earlierMinorFaults: 0,
    images: ['prog'],
    setId: false,
    ...given,
  }
}

/** A run of one process that ended well, traced, but for what is given. */
export function rawMeasurement(given: Partial<RawMeasurement> = {}, tree: Partial<RawTree> = {}): RawMeasurement {
  return {
    method: 'ptrace',
    passedOver: [],
    end: { code: 0, signal: null, timedOutMs: null },
    seconds: 1.5,
    randomised: false,
    tree: {
      processes: [rawProcess()],
      highs: { own: 8_000_000, pageTables: 40_960, locked: 0, swap: 0 },
      peak: null,
      ownPeak: null,
      reaped: null,
      cgroups: null,
      lookingMs: 1,
      looks: 10,
      ...tree,
    },
    oomKills: 0,
    dtlbMisses: null,
    ...given,
  }
}
