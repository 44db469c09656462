import { VM_FLAGS } from '../../model/vm-flags.ts'
import { topicsOf } from '../topic.ts'

/** What is to be known of a code beside its meaning; since Linux 3.8, when VmFlags came, where nothing else is said. */
interface Note {
  readonly since?: string
  readonly reading?: string
}

/** fs/proc/task_mmu.c show_smap_vma_flags of Linux 4.4 to 6.19, and what was tried. */
const NOTES: Readonly<Record<string, Note>> = {
  rd: { reading: 'Without rd, wr and ex nothing may be accessed (PROT_NONE): a guard or a reservation.' },
  wr: { reading: 'With ex too, code can be changed while it runs: doctor’s rule writable-executable.' },
  ex: { reading: 'Of [vsyscall] with --xp only ex is printed.' },
  sh: { reading: 'A shared mapping of a file that was opened for reading has s in perms and no sh.' },
  mr: { reading: 'mprotect may add reading.' },
  mw: {
    reading: 'mprotect may add writing. Missing on shared mappings of what is read-only or sealed against writes.',
  },
  me: { reading: 'mprotect may add execution.' },
  ms: { reading: 'Shared, or could have been; without sh see there.' },
  gd: { reading: 'The main stack, or MAP_GROWSDOWN. Stacks of threads do not have it.' },
  um: {
    since: '4.3',
    reading: 'A program serves first touches itself: live migration, postcopy, some garbage collectors.',
  },
  pf: { reading: 'Device memory or [vvar]: Rss is 0, pagemap and clear_refs pass it over.' },
  dw: { reading: 'Of running programs; gone since Linux 5.15.' },
  gu: {
    since: '6.19',
    reading: 'It says that there may be guard pages (MADV_GUARD_INSTALL), and stays when they are gone.',
  },
  uw: { since: '4.3', reading: 'Usable since Linux 5.7: snapshots of running memory, write tracking.' },
  lo: { reading: 'mlock, MAP_LOCKED or memfd_secret. VmLck counts its size, Locked what is resident.' },
  io: { reading: 'Device memory; not in core dumps.' },
  sr: { reading: 'MADV_SEQUENTIAL.' },
  rr: { reading: 'MADV_RANDOM.' },
  dc: { reading: 'MADV_DONTFORK; V8 sets it on its heap.' },
  de: { reading: 'Drivers, hugetlb, the vDSO.' },
  lf: { reading: 'MLOCK_ONFAULT, with lo. Linux 6.1 does not print it yet, 6.6 does.' },
  ac: { reading: 'Promised memory: part of Committed_AS, whether it was ever touched or not.' },
  nr: {
    reading: 'Never part of Committed_AS. MAP_NORESERVE is without effect in overcommit mode 2, and then leaves no nr.',
  },
  ht: { reading: 'In neither Rss nor Pss: see Private_Hugetlb and Shared_Hugetlb.' },
  sf: { since: '4.15', reading: 'On persistent memory (DAX): stores are durable once flushed from the CPU’s caches.' },
  nl: { reading: 'remap_file_pages; gone since Linux 4.0.' },
  ar: { reading: 'Strong access ordering on PowerPC, ADI on SPARC; a stack that grows up on PA-RISC.' },
  bt: { since: '5.8', reading: 'Indirect branches may only land where the code allows it.' },
  wf: { since: '4.14', reading: 'MADV_WIPEONFORK, and MAP_DROPPABLE.' },
  dd: { reading: 'MADV_DONTDUMP; also memfd_secret and perf’s buffers.' },
  sd: {
    since: '3.13',
    reading:
      'New or changed since somebody wrote 4 to clear_refs; with CONFIG_MEM_SOFT_DIRTY nearly every mapping has it.',
  },
  mm: { reading: 'Rings of drivers and io_uring, file systems on DAX.' },
  hg: { reading: 'MADV_HUGEPAGE. Mappings of files on DAX have it without having been asked.' },
  nh: { reading: 'MADV_NOHUGEPAGE, and every MAP_STACK since Linux 6.7.' },
  mg: { reading: 'MADV_MERGEABLE, or prctl(PR_SET_MEMORY_MERGE) for all memory of a process.' },
  mt: { since: '5.10', reading: 'Accesses through a pointer with the wrong tag fault.' },
  ss: { since: '6.6', reading: 'Return addresses, kept by the processor: x86 CET, arm64 GCS, RISC-V.' },
  dp: { since: '6.11', reading: 'MAP_DROPPABLE: reads as zeros after the kernel took a page.' },
  ui: { since: '5.13', reading: 'A program is told of pages that are in the page cache and not mapped yet.' },
  sl: { since: '6.10', reading: 'Cannot be unmapped, moved or changed in its rights until the program ends.' },
  mp: { reading: 'Gone since Linux 5.6.' },
}

/** Codes of the VmFlags line. */
export const FLAGS = topicsOf(
  'VmFlag',
  { shownBy: 'mmapctl maps PID --flags', reference: 'proc_pid_smaps(5): VmFlags' },
  Object.entries(VM_FLAGS).map(([code, meaning]) => {
    const { since = '3.8', reading = '' } = NOTES[code] ?? {}
    return [code, since, `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`, reading]
  }),
)
