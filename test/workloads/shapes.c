/*
 * shapes leak|flat|warm-up|sawtooth [SECONDS]: memory that takes one of these courses, until stdin ends.
 *
 * All of them allocate and free besides, as programs do. A cache is full, and a tooth is over, after that many seconds.
 */
#include "workload.h"
#include <poll.h>

static const useconds_t step_us = 50 * 1000;
static void *churned[256];

/* Blocks of odd sizes come and go, and always about as many are there. */
static void churn(unsigned step)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned slot = (step * 31 + i * 17) % (sizeof churned / sizeof *churned);
		size_t size = 64 + (size_t)(step * 7919 + i * 104729) % 8000;
		free(churned[slot]);
		churned[slot] = malloc(size);
		if (churned[slot] == NULL)
			fail("out of memory");
		memset(churned[slot], 1, size);
	}
}

static char *keep(size_t size)
{
	char *block = malloc(size);
	if (block == NULL)
		fail("out of memory");
	memset(block, 1, size);
	return block;
}

static int ended(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&input, 1, 0) > 0;
}

int main(int argc, char **argv)
{
	begin();
	const char *course = argc > 1 ? argv[1] : "flat";
	const unsigned period = (unsigned)number_argument(argc, argv, 2, 20) * 20;
	/* Large enough that libc maps each by itself, and gives it back at once. */
	static char *tooth[1024];
	unsigned teeth = 0;
	ready();
	for (unsigned step = 0; !ended(); step++) {
		churn(step);
		if (strcmp(course, "leak") == 0) {
			keep(12 * KIB);
		} else if (strcmp(course, "warm-up") == 0) {
			if (step < period)
				keep(64 * KIB * (period - step) / period);
		} else if (strcmp(course, "sawtooth") == 0) {
			if (step % (period / 4) == 0)
				while (teeth > 0)
					free(tooth[--teeth]);
			if (teeth < sizeof tooth / sizeof *tooth)
				tooth[teeth++] = keep(256 * KIB);
		} else if (strcmp(course, "flat") != 0) {
			fail("unknown course %s", course);
		}
		usleep(step_us);
	}
	return 0;
}
