/*
 * findings: memory with something wrong, made one at a time by lines on stdin, each answered with "ok":
 *
 * guarded N    N threads with stacks as the C library makes them
 * bare N       N threads whose stacks lie one above the other, in one mapping and without guards
 * held M       M MiB in a memfd that is open and not mapped
 * lazy M       M MiB that were written, and given back with MADV_FREE
 * refault      a thread that writes memory and gives it back, for ever
 * churn        a thread that maps and unmaps, for ever
 */
#include "workload.h"

static const size_t stack_size = 256 * KIB;

static void *wait_here(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

static void *write_and_give_back(void *unused)
{
	const size_t size = 4 * MIB;
	char *area = must_place(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)unused;
	madvise(area, size, MADV_NOHUGEPAGE);
	for (;;) {
		for (size_t at = 0; at < size; at += page_size)
			area[at] = 1;
		madvise(area, size, MADV_DONTNEED);
	}
	return NULL;
}

static void *map_and_unmap(void *unused)
{
	enum { AREAS = 400 };
	static char *areas[AREAS];
	(void)unused;
	for (unsigned int turn = 0;; turn++) {
		/* Another size each turn, so that no two looks see the same by chance. */
		const size_t size = (2 + turn % 7) * page_size;
		for (int i = 0; i < AREAS; i++) {
			areas[i] = must_place(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			mprotect(areas[i] + page_size, page_size, PROT_NONE);
		}
		usleep(10000);
		for (int i = 0; i < AREAS; i++)
			munmap(areas[i], size);
	}
	return NULL;
}

static const char *start(void *(*body)(void *), pthread_attr_t *attributes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pthread_t thread;
		int problem = pthread_create(&thread, attributes, body, NULL);
		if (problem != 0)
			return strerror(problem);
	}
	return NULL;
}

static const char *bare(size_t count)
{
	char *area = must_place(count * stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < count; i++) {
		pthread_attr_t attributes;
		pthread_attr_init(&attributes);
		pthread_attr_setstack(&attributes, area + i * stack_size, stack_size);
		const char *problem = start(wait_here, &attributes, 1);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

static const char *held(size_t bytes)
{
	static char block[MIB];
	int fd = memfd_create("findings", MFD_CLOEXEC);
	memset(block, 1, sizeof block);
	for (size_t done = 0; done < bytes; done += sizeof block)
		if (fd < 0 || write(fd, block, sizeof block) != sizeof block)
			return strerror(errno);
	return NULL;
}

static const char *lazy(size_t bytes)
{
	char *area = must_place(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(area, 1, bytes);
	return madvise(area, bytes, MADV_FREE) == 0 ? NULL : strerror(errno);
}

static const char *obey(const char *verb, size_t count)
{
#define IS(word) (strcmp(verb, word) == 0)
	if (IS("guarded"))
		return start(wait_here, NULL, count);
	if (IS("bare"))
		return bare(count);
	if (IS("held"))
		return held(count * MIB);
	if (IS("lazy"))
		return lazy(count * MIB);
	if (IS("refault"))
		return start(write_and_give_back, NULL, 1);
	if (IS("churn"))
		return start(map_and_unmap, NULL, 1);
	return "unknown command";
}

int main(void)
{
	begin();
	ready();
	char line[256];
	while (fgets(line, sizeof line, stdin) != NULL) {
		char verb[32] = "";
		unsigned long count = 0;
		sscanf(line, "%31s %lu", verb, &count);
		const char *problem = obey(verb, count);
		if (problem != NULL)
			printf("error\t%s\n", problem);
		else
			puts("ok");
		fflush(stdout);
	}
	return 0;
}
