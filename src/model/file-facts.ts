/** What `stat` tells of a file, exactly. */
export interface FileFacts {
  readonly inode: bigint
  readonly links: bigint
  readonly size: bigint
}
