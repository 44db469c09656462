/** Kept in memory alone: nothing of it can be made durable. */
const VOLATILE = new Set(['tmpfs', 'ramfs', 'rootfs', 'devtmpfs', 'hugetlbfs'])

/** Made up by the kernel: no data of anybody's. */
const PSEUDO = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'debugfs',
  'tracefs',
  'securityfs',
  'selinuxfs',
  'bpf',
  'devpts',
  'configfs',
  'efivarfs',
  'pstore',
  'mqueue',
  'binfmt_misc',
  'nsfs',
  'resctrl',
])

/** Another machine, or a host, answers for it. */
const REMOTE = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  '9p',
  'ceph',
  'afs',
  'coda',
  'lustre',
  'beegfs',
  'gpfs',
  'orangefs',
  'gfs2',
  'ocfs2',
  'virtiofs',
  'vboxsf',
  'prl_fs',
])

/** Whether what is stored on this type of file system ever reaches a device or a server. Unknown types do. */
export function isPersistent(type: string): boolean {
  return !VOLATILE.has(type) && !PSEUDO.has(type)
}

/** Whether opening a file of this type may wait for a server or a program: network file systems, FUSE, automounts. */
export function mayHang(type: string): boolean {
  return REMOTE.has(type) || type === 'autofs' || /^fuse(?:blk|\.|$)/.test(type)
}
