/** What `stat` tells of a file, exactly. */
export interface FileFacts {
  readonly inode: bigint
  readonly links: bigint
  readonly size: bigint
  /** Bytes of storage that it takes: of a file on tmpfs its pages, in RAM or swapped. */
  readonly allocated: bigint
  /** Device of the file system, packed as in maps. */
  readonly device: number
}

/** What `statfs` tells of a mounted file system, in bytes. */
export interface FileSystemSpace {
  /** Its magic number: statfs(2). */
  readonly type: number
  /** How much it may hold; 0 when it has no limit. */
  readonly size: number
  readonly used: number
}
