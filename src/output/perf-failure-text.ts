import type { PerfFailure } from '../model/perf-failure.ts'
import type { FailureText } from './failure-text.ts'
import { displayText } from './sanitise.ts'

/** How to be let count, whoever says no. */
const MAY_COUNT = 'run as root, give perf CAP_PERFMON (setcap cap_perfmon=ep), or set kernel.perf_event_paranoid to 1'
const CONTAINER = 'in a container: --cap-add PERFMON (Docker 23 or later), or a seccomp profile with perf_event_open'

/** Words every reason for having no counts from perf, with what to do. */
export function perfFailureText(failure: PerfFailure): FailureText {
  const { paranoid, packages } = failure
  const event = failure.event === null ? 'an event' : `"${displayText(failure.event)}"`
  const detail = failure.detail === null ? '' : `: ${displayText(failure.detail)}`
  switch (failure.cause) {
    case 'not-wanted':
      return { message: 'perf was not used: --backend proc', hint: null }
    case 'not-installed':
      return {
        message: 'perf is not installed',
        hint: 'install linux-perf (Debian), linux-tools-generic (Ubuntu) or perf (others)',
      }
    case 'wrapper':
      return {
        message: 'perf is installed as a script alone, which finds no perf for this kernel',
        hint: `${install(packages)}; a perf of any other kernel version does as well`,
      }
    case 'too-old':
      return {
        message: 'this perf is older than 5.10 and cannot be attached',
        hint: 'install a newer one; it need not match the kernel',
      }
    case 'forbidden':
      return { message: 'the system refuses perf events (EPERM)', hint: `${CONTAINER}; otherwise ${MAY_COUNT}` }
    case 'paranoid': {
      const level = paranoid === null ? '' : ` (kernel.perf_event_paranoid is ${paranoid})`
      return { message: `you may not use perf events${level}`, hint: MAY_COUNT }
    }
    case 'no-perf-events':
      return {
        message: 'this kernel or sandbox has no perf events at all (ENOSYS)',
        hint: 'gVisor has none; podman needs --cap-add PERFMON beside SYS_ADMIN',
      }
    case 'no-supported-event':
      return { message: 'this machine has none of the events that were asked for', hint: null }
    case 'unknown-event':
      return { message: `this perf does not know ${event}`, hint: 'see `perf list`' }
    case 'tracefs':
      return { message: `only root may read what ${event} looks like (tracefs)`, hint: 'run as root' }
    case 'no-libtraceevent':
      return { message: 'this perf was built without tracepoints (libtraceevent)', hint: 'install another perf' }
    case 'too-many-files':
      return { message: 'perf ran out of file descriptors (EMFILE)', hint: 'raise `ulimit -n`' }
    case 'refused':
      return { message: `the kernel refused ${event}${detail}`, hint: null }
    case 'mlock':
      return {
        message: 'the recording buffer is larger than you may lock',
        hint: 'raise kernel.perf_event_mlock_kb, or run as root',
      }
    case 'no-such-process':
      return { message: 'the process had ended before perf could be attached', hint: null }
    case 'no-output':
      return { message: `perf wrote nothing${detail}`, hint: 'is the temporary directory full, or not writable?' }
    case 'no-program':
      return { message: `the program could not be run${detail}`, hint: null }
    case 'unknown-flag':
      return {
        message: `this perf does not know the flag${detail}`,
        hint: 'install a newer one; it need not match the kernel',
      }
    case 'mixed-up':
      return {
        message: 'perf cannot read its recording: another perf recorded the same faults at the same time',
        hint: 'try again when nothing else records page faults',
      }
    case 'killed':
      return { message: `perf was killed${detail}`, hint: null }
    case 'no-answer':
      return { message: `perf did not answer, and was given up${detail}`, hint: 'does `perf --version` answer?' }
    case 'not-perf':
      return {
        message: `what is called perf is not perf${detail}`,
        hint: 'install perf, or put it before that in PATH',
      }
    case 'other':
      return { message: `perf gave no counts${detail}`, hint: null }
  }
}

function install(packages: readonly string[]): string {
  const [first] = packages
  return first === undefined ? 'install the package it names' : `install ${displayText(first)}`
}
