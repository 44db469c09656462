/** Exit statuses, the same in every command. */
export const EXIT = {
  /** Done; every check that was asked for was made and held. */
  ok: 0,
  /** A bug in mmapctl. */
  bug: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** A check failed. */
  failed: 3,
  /** No answer: no such process, no permission, it vanished. */
  noAnswer: 4,
  /** The program that was to be measured failed, or never got ready. */
  programFailed: 5,
  /** A program cannot be executed, or is not there; as shells say it. */
  notExecutable: 126,
  notFound: 127,
  /** Ended by a signal, as shells count it: SIGHUP, Ctrl-C, SIGTERM. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]
