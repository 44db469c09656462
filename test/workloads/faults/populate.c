/* populate N [map|madvise|mlock]: has the kernel fill N pages in, and writes to them: no fault, N pages all the same. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 1000);
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *at;
	if (has(argc, argv, "mlock")) {
		at = anonymous(pages);
		if (mlock(at, pages * page()) != 0)
			fail("mlock");
	} else if (has(argc, argv, "madvise")) {
		at = anonymous(pages);
		if (madvise(at, pages * page(), MADV_POPULATE_WRITE) != 0)
			fail("MADV_POPULATE_WRITE");
	} else {
		at = map(pages, flags | MAP_POPULATE, -1);
	}
	write_pages(at, pages);
	return 0;
}
