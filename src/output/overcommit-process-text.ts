import type { OomScore } from '../analysis/overcommit/oom-score.ts'
import type { ProcessCommit } from '../analysis/overcommit/process-commit.ts'
import type { PromiseReport } from '../analysis/overcommit/process-report.ts'
import type { Labelled } from './labelled-lines.ts'
import { type AmountStyle, leftText, policyText, SELDOM_WORDS } from './overcommit-host-text.ts'
import { whatIfSentences } from './overcommit-what-if.ts'
import { amountText, cgroupReason, consequenceText, limitName, limitPlace, riskSentences } from './overcommit-words.ts'
import { counted, formatAge, formatCount, formatPercent } from './units.ts'

/** Everything that is said of one process, what matters most first. */
export function processEntries(report: PromiseReport, style: AmountStyle): readonly Labelled[] {
  const { risk, view, whatIf } = report
  return [
    { label: 'risk', sentences: riskSentences(risk, style.palette) },
    { label: 'fails first', sentences: firstSentences(report) },
    { label: 'promised', sentences: promisedSentences(report.commit, style) },
    { label: 'noreserve', sentences: noReserveSentences(report.commit, style) },
    ...(report.commit.copyOnWrite > 0
      ? [
          {
            label: 'fork',
            sentences: [
              `${amountText(report.commit.copyOnWrite, style.bytes)} is shared since a fork: writing copies it`,
            ],
          },
        ]
      : []),
    { label: 'shared', sentences: sharedSentences(report, style) },
    { label: 'policy', sentences: [policyText(view.policy, style.bytes)] },
    { label: 'left', sentences: [leftText(view, style), ...cgroupSentences(report, style)] },
    { label: 'cgroup', sentences: cgroupDoubt(report) },
    { label: 'oom_score', sentences: oomSentences(report, style) },
    ...(whatIf === null
      ? []
      : [{ label: `in mode ${whatIf.mode}`, sentences: whatIfSentences(whatIf, view.readings.settings.mode, style) }]),
  ]
}

/** What fails first: by time where growth was seen, else what is fullest. */
function firstSentences({ outlook, readings }: PromiseReport): readonly string[] {
  const soonest = [...outlook.limits].sort((a, b) => a.secondsLeft - b.secondsLeft)[0]
  const [fullest] = outlook.limits
  const watched = readings.earlier !== null
  const named = (limit: typeof fullest): string =>
    limit === undefined ? '' : limitName(limit) + (limitPlace(limit) === '' ? '' : ` of ${limitPlace(limit)}`)
  if (fullest === undefined) return ['no limit of this process is known']
  const nearest = `${named(fullest)}, ${formatPercent(fullest.percent)} used; then ${consequenceText(fullest)}`
  if (!watched) return [nearest]
  if (soonest === undefined || !Number.isFinite(soonest.secondsLeft))
    return [nearest, 'nothing grew while it was watched']
  const end = formatAge(soonest.secondsLeft)
  return [
    `${named(soonest)}, in ${end} at this rate; then ${consequenceText(soonest)}`,
    ...(soonest === fullest ? [] : [nearest]),
  ]
}

function promisedSentences(commit: ProcessCommit, { bytes }: AmountStyle): readonly string[] {
  const of = (amount: number): string => amountText(amount, bytes)
  const { basis, charge, used, latent, seldom } = commit
  if (Number.isNaN(charge)) return ['not known: its mappings may not be read, and this kernel’s status does not tell']
  const about = basis === 'smaps' ? '' : 'about '
  const source = {
    smaps: '',
    maps: '; smaps was not read, so that these are its private writable mappings, MAP_NORESERVE among them',
    pagemap:
      '; smaps was not read, so that these are its private writable mappings, MAP_NORESERVE among them, and what ' +
      'PAGEMAP_SCAN finds in use: pages shared since a fork in full',
    status: '; its mappings may not be read, so that this is VmData + VmStk of status, MAP_NORESERVE among it',
  }[basis]
  const rarely = seldom > 0 ? `, of that ${of(seldom)} ${SELDOM_WORDS}` : ''
  return [
    `${about}${of(charge)} charged to Committed_AS, ${of(used)} of it used (${formatPercent((used / charge) * 100)})${source}`,
    `${of(latent)} may still be used without asking${rarely}`,
  ]
}

function noReserveSentences(commit: ProcessCommit, { bytes }: AmountStyle): readonly string[] {
  const { noReserve, noReserveUsed, reserved, basis } = commit
  if (basis === 'status') return []
  const of = (amount: number): string => amountText(amount, bytes)
  if (noReserve === 0 && !(reserved > 0)) return []
  const idle = reserved > 0 ? `; ${of(reserved)} reserved without access` : ''
  return [`${of(noReserve)} writable and charged nowhere, ${of(noReserveUsed)} of it used${idle}`]
}

function sharedSentences({ readings }: PromiseReport, { bytes }: AmountStyle): readonly string[] {
  const { objects } = readings
  if (objects.length === 0) return []
  const known = objects.filter((object) => !Number.isNaN(object.charge))
  const sum = known.reduce((total, object) => total + object.charge, 0)
  const rest = objects.length - known.length
  const unknown = rest === 0 ? '' : `; of ${formatCount(rest)} more the size is not known (root may ask)`
  return [
    `maps ${counted(objects.length, 'object')} of ${amountText(sum, bytes)}, charged once for all who map them${unknown}`,
  ]
}

function cgroupSentences({ supply, view }: PromiseReport, { bytes }: AmountStyle): readonly string[] {
  return supply < view.supply ? [`in its cgroups ${amountText(supply, bytes)}`] : []
}

/** That no limit is shown must not look as if there were none. */
function cgroupDoubt({ readings }: PromiseReport): readonly string[] {
  const { cgroups } = readings.sample
  return 'levels' in cgroups || cgroups.why === 'no-controller'
    ? []
    : [`limits not known: ${cgroupReason(cgroups.why)}`]
}

function oomSentences({ oom, rank, readings, view }: PromiseReport, { bytes }: AmountStyle): readonly string[] {
  if (oom.score === null) return ['not known: oom_score cannot be read']
  if (oom.exempt) return [`${oom.score}: oom_score_adj is −1000, so that it is never killed`]
  const among = formatCount(readings.candidates.length)
  // A capture holds the scores of its own processes alone.
  const all = view.readings.host.capturedAt === null ? among : `the ${among} in the capture`
  const others = rank === null ? '' : `, rank ${formatCount(rank)} of ${all}`
  return [`${oom.score}${others}: ${formulaText(oom)}`, scoreParts(oom, bytes)]
}

function formulaText({ share, adjustment, formula }: OomScore): string {
  const adj = adjustment === null || adjustment === 0 ? '' : ` ${adjustment < 0 ? '−' : '+'} ${Math.abs(adjustment)}`
  return formula === 'scaled' ? `(1000 + ${share}${adj}) × 2 ÷ 3` : `${share}${adj}`
}

function scoreParts({ rss, swap, pageTables, share, adjustment }: OomScore, bytes: boolean): string {
  const of = (amount: number): string => amountText(amount, bytes)
  const adj = adjustment === null || adjustment === 0 ? 'oom_score_adj 0' : `oom_score_adj ${adjustment}`
  return `RSS ${of(rss)} + swap ${of(swap)} + page tables ${of(pageTables)} are ${share} ‰ of RAM and swap; ${adj}`
}
