import { FailureError } from '../model/failure.ts'
import type { ParseError } from '../parsers/parse-error.ts'

/** A file in a capture that is not as the kernel prints it: the capture is to blame. */
export function badCapture(path: string, { file, message }: ParseError): FailureError {
  return new FailureError({
    code: 'bad-capture',
    path,
    what: `${file} in it is not as the kernel prints it: ${message}`,
  })
}
