/* loop ROUNDS: writes to 1000 pages and gives them back, again and again: 1000 faults a round. */
#include "faults.h"

int main(int argc, char **argv)
{
	enum { PAGES = 1000 };
	char *at = anonymous(PAGES);
	for (long round = number(argc, argv, 1, 100); round > 0; round--) {
		write_pages(at, PAGES);
		madvise(at, PAGES * page(), MADV_DONTNEED);
	}
	return 0;
}
