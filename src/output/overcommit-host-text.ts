import type { HostView, Watched } from '../analysis/overcommit/host-report.ts'
import type { OwnershipReport } from '../analysis/overcommit/ownership.ts'
import type { CommitPolicy } from '../analysis/overcommit/policy.ts'
import type { Labelled } from './labelled-lines.ts'
import { whatIfSentences } from './overcommit-what-if.ts'
import { amountText, riskSentences } from './overcommit-words.ts'
import type { Palette } from './palette.ts'
import { displayText } from './sanitise.ts'
import { formatAge, formatCount, formatMilliseconds, formatPercent } from './units.ts'

/** How amounts and grades are written. */
export interface AmountStyle {
  readonly palette: Palette
  /** Raw integers of bytes. */
  readonly bytes: boolean
}

/** Everything that is said of the host, what matters most first. */
export function hostEntries(report: OwnershipReport, style: AmountStyle): readonly Labelled[] {
  const { view, risk } = report
  const { policy, readings } = view
  return [
    { label: 'risk', sentences: riskSentences(risk, style.palette) },
    { label: 'policy', sentences: [policyText(policy, style.bytes)] },
    { label: 'promised', sentences: promisedSentences(report, style) },
    { label: 'limit', sentences: limitSentences(view, style) },
    { label: 'left', sentences: [leftText(view, style)] },
    { label: 'pressure', sentences: pressureSentences(view) },
    { label: 'OOM kills', sentences: killSentences(report) },
    ...(view.watched === null ? [] : [{ label: 'watched', sentences: [watchedText(view.watched, style)] }]),
    ...(report.whatIf === null
      ? []
      : [
          {
            label: `in mode ${report.whatIf.mode}`,
            sentences: whatIfSentences(report.whatIf, readings.settings.mode, style),
          },
        ]),
  ]
}

/** What vm.overcommit_memory means in effect. */
export function policyText(policy: CommitPolicy, raw: boolean): string {
  switch (policy.mode) {
    case 0:
      return `mode 0, heuristic: a single request above ${amountText(policy.largestRequest, raw)} is refused; the sum of all is not limited`
    case 1:
      return 'mode 1, always: no request is refused; what is used beyond RAM and swap ends in OOM kills'
    case 2:
      return 'mode 2, strict: a request that would take the promises to their limit is refused'
    default:
      return 'not known: vm.overcommit_memory cannot be read'
  }
}

/** What is promised and hardly ever used. */
export const SELDOM_WORDS = 'stacks of threads and copies of file pages, which are seldom used'

function promisedSentences(report: OwnershipReport, { bytes }: AmountStyle): readonly string[] {
  const { policy } = report.view
  const share = formatPercent((policy.committed / policy.limit) * 100)
  const off = policy.uncertainty > 0 ? ` (± ${amountText(policy.uncertainty, bytes)} before Linux 5.9)` : ''
  const enforced = policy.mode === 2 || policy.mode === null ? '' : `, which mode ${policy.mode} does not enforce`
  const seldom = report.seldom > 0 ? `, of that ${amountText(report.seldom, bytes)} ${SELDOM_WORDS}` : ''
  return [
    `${amountText(policy.committed, bytes)}${off} (Committed_AS), ${share} of CommitLimit${enforced}`,
    `${amountText(report.latent, bytes)} of what is seen below is not used yet${seldom}`,
  ]
}

function limitSentences({ policy, readings }: HostView, { bytes }: AmountStyle): readonly string[] {
  const { ram, hugetlb, swap, ratio, fixed } = policy.parts
  const of = (value: number): string => amountText(value, bytes)
  const base =
    fixed === null
      ? `(RAM ${of(ram)} − hugetlb ${of(hugetlb)}) × ${ratio ?? '?'} %`
      : `vm.overcommit_kbytes ${of(fixed)}`
  const agrees = Math.abs(policy.computed - policy.limit) < readings.host.pageSize
  const printed = agrees ? ', as the kernel says' : `; the kernel says ${of(policy.limit)}`
  const { adminReserve, userReserve } = readings.settings
  const reserves = `${of(adminReserve ?? Number.NaN)} for root, and up to ${of(userReserve ?? Number.NaN)} from each process`
  return [
    `${base} + swap ${of(swap)} = ${of(policy.computed)}${printed}`,
    policy.mode === 2
      ? `${of(policy.headroom)} left; of it the kernel keeps ${reserves}`
      : `mode 2 would keep ${reserves}`,
  ]
}

/** What can still be had. */
export function leftText({ readings, supply }: HostView, { bytes }: AmountStyle): string {
  const { memTotal, memAvailable, swapTotal, swapFree } = readings.sample.meminfo
  const of = (value: number | null): string => amountText(value ?? Number.NaN, bytes)
  const swap = swapTotal === 0 ? 'no swap' : `swap ${of(swapFree)} free of ${of(swapTotal)}`
  return `${of(supply)}: RAM ${of(memAvailable)} available of ${of(memTotal)}, ${swap}`
}

function pressureSentences({ readings }: HostView): readonly string[] {
  const { pressure, pressureRefusal } = readings.sample
  if (pressure === null) {
    const why = pressureRefusal?.reason === 'denied' ? 'may not be read' : 'is not offered by this kernel'
    return [`not known: /proc/pressure/memory ${why}`]
  }
  const { some, full } = pressure
  const shares = (stall: typeof full): string =>
    stall === null
      ? 'not known'
      : `${formatPercent(stall.avg10)} of the last 10 s, ${formatPercent(stall.avg300)} of 5 min`
  return [`all tasks waited for memory ${shares(full)}; some ${shares(some)}`]
}

function killSentences(report: OwnershipReport): readonly string[] {
  const { readings, victims, view } = report
  const { sample, settings, host } = view.readings
  const up = host.upSeconds === null ? '' : ` (${formatAge(host.upSeconds)} ago)`
  const count = sample.oomKills === null ? 'not known before Linux 4.13' : formatCount(sample.oomKills)
  const cgroups = readings.cgroupKills.map(
    ({ kills, path, limited }) =>
      `${formatCount(kills)} in ${displayText(path)}${limited ? ', which has a limit' : ''}`,
  )
  const inCgroups = readings.cgroupKills.reduce((sum, each) => sum + each.kills, 0)
  const others = (sample.oomKills ?? 0) - inCgroups
  const rest =
    others > 0 ? [`${formatCount(others)} by the host or in cgroups that are gone: no counter tells which`] : []
  const where = [...cgroups.slice(0, 3), ...rest].map((each) => `; ${each}`).join('')
  const next = victims.map((each) => `${displayText(each.comm)} ${each.pid} (${each.oomScore})`)
  return [
    `${sample.oomKills === 0 ? 'none' : count} since boot${up}${where}`,
    ...(settings.panicOnOom ? [`vm.panic_on_oom is ${settings.panicOnOom}: the host panics instead`] : []),
    ...(settings.killAllocatingTask ? ['vm.oom_kill_allocating_task: whoever asks is killed'] : []),
    ...(next.length === 0 || settings.killAllocatingTask ? [] : [`first to go, by oom_score: ${next.join(', ')}`]),
  ]
}

function watchedText(watched: Watched, { bytes }: AmountStyle): string {
  const { seconds, committedRate, stalled, oomKills, killsAtLimits } = watched
  const rate = Number.isNaN(committedRate)
    ? 'not known'
    : `${committedRate < 0 ? '−' : '+'}${amountText(Math.abs(committedRate), bytes)} a second`
  const waited = Number.isNaN(stalled) ? '' : `, all tasks waited for memory ${formatPercent(stalled)} of it`
  const atLimits = killsAtLimits > 0 ? ` (${formatCount(killsAtLimits)} in cgroups that have a limit)` : ''
  const kills = Number.isNaN(oomKills) ? '' : `, ${formatCount(oomKills)} killed${atLimits}`
  return `for ${formatMilliseconds(seconds * 1000)}: promises ${rate}${waited}${kills}`
}
