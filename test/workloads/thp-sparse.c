/* Huge pages of which one byte each was written: the kernel counts them whole, and nearly all of it is zeros. */
#include "workload.h"

#define PAGES 8

int main(void)
{
	begin();
	long pmd = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
	if (pmd <= 0) {
		skip("thp", "no transparent huge pages in this kernel");
		return finish();
	}
	size_t huge = (size_t)pmd;
	char *at = place_aligned(PAGES * huge, huge, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED || madvise(at, PAGES * huge, MADV_HUGEPAGE) != 0)
		fail("advised memory: %s", strerror(errno));
	for (size_t i = 0; i < PAGES * huge; i += huge)
		*(volatile char *)(at + i) = 1;
	region("sparse", at, PAGES * huge, "anonymous", "sparse");
	return finish();
}
