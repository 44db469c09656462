import type { Ready, ServerPlan } from '../../model/gate/scenario.ts'
import type { DocumentEntry } from './document.ts'
import { duration, Fields, integer, oneOf, someTime, text } from './fields.ts'
import { ConfigProblem } from './problem.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'] as const
/** What a server has that states nothing. */
export const SERVER_DEFAULTS = {
  readyMs: 30_000,
  settleMs: 10_000,
  graceMs: 10_000,
  stopSignal: 'SIGTERM',
} as const
const LARGEST_PORT = 65_535
const MOST_REQUESTS = 1e12

/** Reads what a server alone has; `null` when none of it is there. */
export function serverFields(fields: Fields): { readonly plan: ServerPlan | null; readonly first: string | null } {
  const ready = fields.take('ready', readyOf)
  const given = {
    'warmup-drive': fields.take('warmup-drive', text),
    drive: fields.take('drive', text),
    requests: fields.take('requests', integer(1, MOST_REQUESTS)),
    settle: fields.take('settle', duration),
    'gc-signal': fields.take('gc-signal', oneOf(SIGNALS)),
    stop: fields.take('stop', oneOf(SIGNALS)),
    grace: fields.take('grace', duration),
  }
  const others = Object.entries(given).find(([, value]) => value !== null)?.[0] ?? null
  if (ready === null) return { plan: null, first: others }
  const plan: ServerPlan = {
    ready: ready.ready,
    readyMs: ready.timeoutMs ?? SERVER_DEFAULTS.readyMs,
    warmupDrive: given['warmup-drive'],
    drive: given.drive,
    requests: given.requests,
    settleMs: given.settle ?? SERVER_DEFAULTS.settleMs,
    gcSignal: given['gc-signal'],
    stopSignal: given.stop ?? SERVER_DEFAULTS.stopSignal,
    graceMs: given.grace ?? SERVER_DEFAULTS.graceMs,
  }
  return { plan, first: 'ready' }
}

function readyOf({ node }: DocumentEntry): { readonly ready: Ready; readonly timeoutMs: number | null } {
  const fields = new Fields(node, 'ready')
  const port = fields.take('port', integer(1, LARGEST_PORT))
  const pattern = fields.take('log', regex)
  const url = fields.take('url', webAddress)
  const timeoutMs = fields.take('timeout', someTime)
  fields.refuseOthers()
  const found: Ready[] = []
  if (port !== null) found.push({ when: 'port', port })
  if (pattern !== null) found.push({ when: 'log', pattern })
  if (url !== null) found.push({ when: 'url', url })
  const [ready] = found
  if (ready === undefined || found.length > 1) {
    throw new ConfigProblem(node.line, 'ready takes one of port, log and url', 'such as { port: 3000, timeout: 30s }')
  }
  return { ready, timeoutMs }
}

function regex(entry: DocumentEntry): string {
  const pattern = text(entry)
  if (!isRegex(pattern)) throw new ConfigProblem(entry.node.line, `log: "${pattern}" is no regular expression`)
  return pattern
}

function webAddress(entry: DocumentEntry): string {
  const url = text(entry)
  if (!isWebAddress(url)) {
    throw new ConfigProblem(entry.node.line, `url does not take "${url}"`, `write it as ${WEB_ADDRESS}`)
  }
  return url
}

/** Whether a text is a regular expression. */
export function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}

/** A web address as one may be written, for messages. */
export const WEB_ADDRESS = 'http://127.0.0.1:3000/health'

/** Whether a text is an address that can be asked. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(url)
}
