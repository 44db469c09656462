/** Bits of a word of `/proc/kpageflags`, all in its lower half: include/uapi/linux/kernel-page-flags.h. */

/** Anonymous memory. */
export const KPF_ANON = 1 << 12
/** First page of a compound page: of a large folio, or of a hugetlb page. */
export const KPF_COMPOUND_HEAD = 1 << 15
/** Any further page of one. */
export const KPF_COMPOUND_TAIL = 1 << 16
/** Page of a large folio that is mapped page by page or whole; set on each of its pages. */
export const KPF_THP = 1 << 22
/** The shared page of zeros, small or huge. */
export const KPF_ZERO_PAGE = 1 << 24
