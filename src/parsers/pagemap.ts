import { highHalf, lowHalf } from './words.ts'

/**
 * Words of `/proc/PID/pagemap`, one for each virtual page: fs/proc/task_mmu.c pte_to_pagemap_entry,
 * Documentation/admin-guide/mm/pagemap.rst.
 */

const PRESENT = 2 ** 31
const PFN_HIGH = 2 ** 23 - 1
const HALF = 2 ** 32

/** Whether a page is in memory (bit 63); holes, swapped and never touched pages are not. */
export function isPresent(halves: Uint32Array, index: number): boolean {
  return highHalf(halves, index) >= PRESENT
}

/** The page frame of a present page (bits 0 to 54); 0 for readers without CAP_SYS_ADMIN, from whom it is kept. */
export function frameOf(halves: Uint32Array, index: number): number {
  return (highHalf(halves, index) & PFN_HIGH) * HALF + lowHalf(halves, index)
}

const GUARD = 2 ** 26

/** Whether access is forbidden by MADV_GUARD_INSTALL (bit 58, Linux 6.15), which no other file shows page by page. */
export function isGuardRegion(halves: Uint32Array, index: number): boolean {
  return (highHalf(halves, index) & GUARD) !== 0
}
