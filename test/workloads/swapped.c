/* 16 MiB of private and 4 MiB of memfd memory, pushed out to swap. */
#include "workload.h"

#include <sys/sysinfo.h>

/* Not compressible and not zero: zero pages and those that a compressing swap device refuses behave differently. */
static void fill(char *start, size_t length)
{
	uint64_t state = 0x9e3779b97f4a7c15UL;
	uint64_t *words = (uint64_t *)(void *)start;
	for (size_t i = 0; i < length / sizeof *words; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		/* Half of every page is constant, so that it does compress to about a half. */
		words[i] = i % 512 < 256 ? state : 0x6d6d6d6d6d6d6d6dUL;
	}
}

static size_t resident(char *start, size_t length)
{
	static unsigned char state[16 * MIB / 4096];
	size_t count = 0;
	if (mincore(start, length, state) != 0)
		return 0;
	for (size_t i = 0; i < length / page_size; i++)
		count += state[i] & 1;
	return count;
}

static void push_out(const char *label, char *start, size_t length, const char *kind)
{
	fill(start, length);
	/* Pages still on a per-CPU list stay the first time. */
	for (int attempt = 0; attempt < 20 && resident(start, length) > 0; attempt++) {
		if (madvise(start, length, MADV_PAGEOUT) != 0) {
			skip_errno(label, "MADV_PAGEOUT");
			munmap(start, length);
			return;
		}
		usleep(10000);
	}
	region(label, start, length, kind, text("resident-pages=%zu", resident(start, length)));
}

int main(void)
{
	begin();
	struct sysinfo info;
	if (sysinfo(&info) != 0 || info.totalswap == 0) {
		skip("swapped", "no swap");
		return finish();
	}
	push_out("swapped", place_anonymous(16 * MIB), 16 * MIB, "anonymous");

	int fd = memfd_create("swapped", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 4 * MIB) != 0)
		fail("memfd_create: %s", strerror(errno));
	push_out("swapped-memfd", must_place(4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), 4 * MIB, "memfd");
	return finish();
}
