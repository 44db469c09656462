/* thpfault N: writes to N huge pages of 2 MiB, a fault each where the kernel has huge pages to give. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t huge = 2UL << 20, length = (size_t)number(argc, argv, 1, 4) * huge;
	char *at = mmap(NULL, length + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap");
	at = (char *)(((unsigned long)at + huge - 1) & ~(huge - 1));
	if (madvise(at, length, MADV_HUGEPAGE) != 0)
		fail("MADV_HUGEPAGE");
	write_pages(at, length / page());
	return 0;
}
