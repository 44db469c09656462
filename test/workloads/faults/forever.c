/* forever [N]: says "ready" and never ends by itself; writes to N fresh pages every 10 ms. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 10);
	char *at = anonymous(pages);
	puts("ready");
	fflush(stdout);
	for (;;) {
		write_pages(at, pages);
		madvise(at, pages * page(), MADV_DONTNEED);
		usleep(10000);
	}
}
