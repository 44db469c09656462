/*
 * The torn-read generator: an address space that changes while somebody reads it.
 *
 * mover [N [MS]]        N small mappings, and one of 123 pages that moves from below to above them and back every
 *                       MS milliseconds (0: without a pause). Exactly one of the two labelled places is mapped.
 * mover churn [N]       N small mappings, and a thread that maps and unmaps between them as fast as it can.
 */
#include "workload.h"

#include <time.h>

#define MOVING_PAGES 123
#define CHURN_SLOTS 64

static char *low, *high;
static size_t moving_size;
static long pause_ms;

static void *move(void *unused)
{
	(void)unused;
	struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000};
	for (char *here = low, *there = high;;) {
		if (mremap(here, moving_size, moving_size, MREMAP_MAYMOVE | MREMAP_FIXED, there) == MAP_FAILED)
			_exit(3);
		char *swap = here;
		here = there;
		there = swap;
		if (pause_ms > 0)
			nanosleep(&pause, NULL);
	}
	return NULL;
}

static void *churn(void *unused)
{
	(void)unused;
	for (unsigned i = 0;; i++) {
		char *at = low + (size_t)(i * 7 % CHURN_SLOTS) * 4 * page_size;
		const int prot = i % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
		if (mmap(at, page_size * (1 + i % 3), prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
			_exit(3);
		if (i % 5 != 0)
			munmap(low + (size_t)(i * 11 % CHURN_SLOTS) * 4 * page_size, 3 * page_size);
	}
	return NULL;
}

/* Alternating protections in one area: each page is a VMA. */
static void small_mappings(const char *label, long count)
{
	if (count == 0)
		return;
	size_t size = (size_t)count * page_size;
	char *area = must_place(size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (long i = 1; i < count; i += 2)
		if (mprotect(area + (size_t)i * page_size, page_size, PROT_NONE) != 0)
			fail("mprotect: %s", strerror(errno));
	region(label, area, size, "anonymous", "split");
}

static void start(void *(*body)(void *))
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, body, NULL) != 0)
		fail("pthread_create failed");
}

int main(int argc, char **argv)
{
	begin();
	if (argc > 1 && strcmp(argv[1], "churn") == 0) {
		long count = number_argument(argc, argv, 2, 1000);
		need_map_count(count + CHURN_SLOTS);
		small_mappings("below", count / 2);
		low = take_place((size_t)CHURN_SLOTS * 4 * page_size, page_size, 0);
		small_mappings("above", count - count / 2);
		start(churn);
		return finish();
	}

	long count = number_argument(argc, argv, 1, 60000);
	pause_ms = number_argument(argc, argv, 2, 5);
	need_map_count(count);
	moving_size = MOVING_PAGES * page_size;
	int fd = memfd_create("mover", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)moving_size) != 0)
		fail("memfd_create: %s", strerror(errno));
	low = must_place(moving_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(low, moving_size);
	small_mappings("between", count);
	high = take_place(moving_size, page_size, 0);
	region("low", low, moving_size, "memfd", "moving");
	region("high", high, moving_size, "memfd", "moving");
	start(move);
	return finish();
}
