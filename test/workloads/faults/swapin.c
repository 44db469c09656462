/*
 * swapin N: writes to N pages, has them swapped out, and reads them in an order without neighbours.
 *
 * What was just written to the device stays in the swap cache, from where it comes back without waiting: so they are
 * read once, and pushed out again. They are clean then, and go at once.
 */
#include "faults.h"

static void push_out(char *at, size_t length)
{
	if (madvise(at, length, MADV_PAGEOUT) != 0)
		fail("MADV_PAGEOUT");
	usleep(300000);
}

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 1000), size = page();
	char *at = anonymous(pages);
	for (size_t i = 0; i < pages * size / sizeof(long); i++)
		((long *)(void *)at)[i] = (long)(i * 2654435761UL);
	push_out(at, pages * size);
	read_pages(at, pages);
	push_out(at, pages * size);
	for (size_t i = 0; i < pages; i++)
		(void)((volatile char *)at)[i * 7919 % pages * size];
	return 0;
}
