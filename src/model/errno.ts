import type { Refusal } from './provenance.ts'

/** What errors of system calls say to a person: strerror(3), of those that files and programs are refused with. */
const TEXTS: Readonly<Record<string, string>> = {
  E2BIG: 'argument list too long',
  EACCES: 'permission denied',
  EAGAIN: 'resource temporarily unavailable',
  EBADF: 'it is closed',
  EBUSY: 'device or resource busy',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EINVAL: 'invalid argument',
  EIO: 'input/output error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'file name too long',
  ENFILE: 'too many open files in the system',
  ENODEV: 'no such device',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'exec format error',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on device',
  ENOSYS: 'this kernel does not have it',
  ENOTDIR: 'not a directory',
  ENOTSUP: 'not supported',
  ENXIO: 'no such device or address',
  EOPNOTSUPP: 'not supported',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ESRCH: 'no such process',
  ETXTBSY: 'text file busy',
}

/** An error's name in words; as it is where there are none. */
export function errnoText(errno: string): string {
  return TEXTS[errno] ?? errno
}

/** Why a read was refused, in words. */
export function refusalText({ errno, reason }: Pick<Refusal, 'errno' | 'reason'>): string {
  if (errno !== '') return errnoText(errno)
  return reason === 'not-captured' ? 'it is not in the capture' : reason
}

/** What a failed system call says, without the call and the path, which the reader is told otherwise; else the message. */
export function systemErrorText(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string }
  return typeof code === 'string' && code in TEXTS ? errnoText(code) : message
}
