/*
 * Regions that can and cannot hold transparent huge pages (of the PMD size), all fully touched. Which of them really
 * are huge depends on the host's policy and on free memory.
 */
#include "workload.h"

static void make(const char *label, size_t length, size_t align, size_t skew, int advice)
{
	char *at = place_aligned(length, align, skew, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	if (advice != 0 && madvise(at, length, advice) != 0) {
		skip_errno(label, "madvise");
		munmap(at, length);
		return;
	}
	touch(at, length);
	region(label, at, length, "anonymous", label);
}

int main(void)
{
	begin();
	long pmd = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
	if (pmd <= 0) {
		skip("thp", "no transparent huge pages in this kernel");
		return finish();
	}
	size_t huge = (size_t)pmd;
	make("madvised", 4 * huge, huge, 0, MADV_HUGEPAGE);
	make("unadvised", 4 * huge, huge, 0, 0);
	make("nohugepage", 4 * huge, huge, 0, MADV_NOHUGEPAGE);
	/* Half a huge page, three whole ones, half a one. */
	make("straddling", 4 * huge, huge, huge / 2, MADV_HUGEPAGE);
	/* Nearly twice as long as a huge page, yet none fits in. */
	make("misaligned", 2 * huge - 2 * page_size, huge, page_size, MADV_HUGEPAGE);
	make("too-small", huge / 2, huge, 0, MADV_HUGEPAGE);
	return finish();
}
