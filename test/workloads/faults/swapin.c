/* swapin N: writes to N pages, has them swapped out, and reads them again in an order without neighbours. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 1000), size = page();
	char *at = anonymous(pages);
	for (size_t i = 0; i < pages * size / sizeof(long); i++)
		((long *)(void *)at)[i] = (long)(i * 2654435761UL);
	for (int attempt = 0; attempt < 20; attempt++) {
		if (madvise(at, pages * size, MADV_PAGEOUT) != 0)
			fail("MADV_PAGEOUT");
		usleep(20000);
	}
	for (size_t i = 0; i < pages; i++)
		(void)((volatile char *)at)[i * 7919 % pages * size];
	return 0;
}
