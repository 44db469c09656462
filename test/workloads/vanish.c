/* vanish MS [N]: N mappings (default 1000), and exits by itself after MS milliseconds, even while it is looked at. */
#include "workload.h"

#include <poll.h>

int main(int argc, char **argv)
{
	begin();
	long after = number_argument(argc, argv, 1, 100);
	long count = number_argument(argc, argv, 2, 1000);
	need_map_count(count);
	if (count > 0) {
		size_t size = (size_t)count * page_size;
		char *area = must_place(size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		for (long i = 1; i < count; i += 2)
			if (mprotect(area + (size_t)i * page_size, page_size, PROT_NONE) != 0)
				fail("mprotect: %s", strerror(errno));
		region("vanishing", area, size, "anonymous", "split");
	}
	ready();
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	poll(&in, 1, (int)after);
	return 0;
}
