import { lines } from './lines.ts'
import { ParseError } from './parse-error.ts'

/**
 * One mount of `/proc/PID/mountinfo`: fs/proc_namespace.c show_mountinfo, proc_pid_mountinfo(5).
 *
 * Text is latin1 bytes with the kernel's octal escapes (`\040` for a space) undone.
 */
export interface MountEntry {
  readonly mountId: number
  readonly parent: number
  /** Device of the superblock, as in `maps`; `stat` may say another one on btrfs and overlayfs. */
  readonly major: number
  readonly minor: number
  /** Which directory of the filesystem is mounted; `/` unless it is a bind mount, a subvolume or a cgroup. */
  readonly root: string
  /** Relative to the root directory of the process whose file was read. */
  readonly mountPoint: string
  /** Options of this mount: `rw`, `nosuid`, … */
  readonly options: readonly string[]
  /** Optional fields: `shared:1`, `master:2`, `propagate_from:2`, `unbindable`, later ones unchanged. */
  readonly tags: readonly string[]
  /** `ext4`, `tmpfs`, `cgroup2`, `fuse.sshfs`, … */
  readonly fsType: string
  /** Device or any text the mounter chose; may be empty. */
  readonly source: string
  /** Options of the superblock: `rw`, `memory` (cgroup v1), `huge=always` (tmpfs), … */
  readonly superOptions: readonly string[]
}

const FILE = 'mountinfo'
/** id parent major:minor root point options [tag…] - type source options; only the source can be empty. */
const ENTRY =
  /^([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}):([0-9]{1,10}) ([^ ]+) ([^ ]+) ([^ ]+)((?: (?!- )[^ ]+)*) - ([^ ]+) ([^ ]*) (.*)$/s

/** Parses `/proc/PID/mountinfo`, in the kernel's order; a later mount on the same point hides the earlier one. */
export function parseMountinfo(bytes: Uint8Array): readonly MountEntry[] {
  return Array.from(lines(FILE, bytes), ({ number, text }) => {
    const match = ENTRY.exec(text)
    if (match === null) throw new ParseError(FILE, number, 'a mount', text)
    const [, id = '', parent = '', major = '', minor = '', ...rest] = match
    const [root = '', mountPoint = '', options = '', tags = '', fsType = '', source = '', superOptions = ''] = rest
    return {
      mountId: Number(id),
      parent: Number(parent),
      major: Number(major),
      minor: Number(minor),
      root: unescapeOctal(root),
      mountPoint: unescapeOctal(mountPoint),
      options: options.split(','),
      tags: tags === '' ? [] : tags.slice(1).split(' '),
      fsType: unescapeOctal(fsType),
      source: unescapeOctal(source),
      // A comma inside an option's value comes from the filesystem unmarked, so splitting first is all one can do.
      superOptions: superOptions.split(',').map(unescapeOctal),
    }
  })
}

/** `\040` (space), `\011` (tab), `\012` (line feed), `\134` (backslash), `\043` (#); any other text is as it stands. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
