import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporary } from '../e2e/mmapctl.ts'

/** A folder that is a PATH by itself: everything of the usual one but one program. */
export function pathWithout(program: string): ReturnType<typeof temporary> {
  const folder = temporary()
  for (const directory of ['/usr/bin', '/bin']) {
    for (const name of readdirSync(directory)) {
      const link = join(folder.path, name)
      if (name !== program && !existsSync(link)) {
        rmSync(link, { force: true })
        symlinkSync(join(directory, name), link)
      }
    }
  }
  return folder
}

/** A PATH with a perf that is a shell script. */
export function pathWithPerf(script: string): ReturnType<typeof temporary> {
  const folder = pathWithout('perf')
  writeFileSync(join(folder.path, 'perf'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return folder
}

/** The line of such a script that makes it a perf of this version. */
export function version(number: string): string {
  return `[ "$1" = --version ] && { echo "perf version ${number}"; exit 0; }`
}
