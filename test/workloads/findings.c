/*
 * findings: memory with something wrong, made one at a time by lines on stdin, each answered with "ok":
 *
 * guarded N    N threads with stacks as the C library makes them
 * bare N       N threads whose stacks lie one above the other, in one mapping and without guards
 * held M       M MiB in a memfd that is open and not mapped
 * lazy M       M MiB that were written, and given back with MADV_FREE
 * parked M     M MiB that were written, without access now
 * mergeable M  M MiB that were offered to KSM
 * unlinked M   a window of a file that takes M MiB of disk and has no name any more
 * windowed P   P pages of a file that ends within the last of them; cut: that file ends a page earlier
 * random M     M MiB of a file that were advised MADV_RANDOM, and read from end to end
 * program, replaced    the code of a file; the same file without its name
 * code N       a page from no file that may be executed: 0 never written, 1 written before, 2 still writable
 * patched      a page of its own code, written to
 * deep N       N threads with stacks of 256 MiB
 * arenas N     N threads that hold 20 MiB each from malloc
 * sparse N     N pages, each in a page table of its own
 * swapped M    M MiB of a memfd in swap
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

static const char *parked(size_t bytes)
{
	char *area = place_anonymous(bytes);
	memset(area, 1, bytes);
	return mprotect(area, bytes, PROT_NONE) == 0 ? NULL : strerror(errno);
}

static const char *mergeable(size_t bytes)
{
	char *area = place_anonymous(bytes);
	memset(area, 1, bytes);
	return madvise(area, bytes, MADV_MERGEABLE) == 0 ? NULL : strerror(errno);
}

/* A new file of that size, sparse. */
static int sparse_file(size_t bytes, char **path)
{
	static int count;
	*path = text("%s/file-%d", tmp_dir(), count++);
	int fd = make_file(*path, page_size);
	if (ftruncate(fd, (off_t)bytes) != 0)
		fail("ftruncate: %s", strerror(errno));
	return fd;
}

static const char *unlinked(size_t bytes)
{
	char *path;
	int fd = sparse_file(bytes, &path);
	int error = posix_fallocate(fd, 0, (off_t)bytes);
	if (error != 0)
		return strerror(error);
	must_place(page_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return unlink(path) == 0 ? NULL : strerror(errno);
}

static const char *windowed(size_t pages)
{
	static char *path;
	static size_t all;
	if (pages == 0)
		return truncate(path, (off_t)((all - 1) * page_size)) == 0 ? NULL : strerror(errno);
	all = pages;
	int fd = sparse_file(pages * page_size - 100, &path);
	must_place(pages * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return NULL;
}

static const char *random_reads(size_t bytes)
{
	char *path;
	int fd = sparse_file(bytes, &path);
	char *area = must_place(bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (madvise(area, bytes, MADV_RANDOM) != 0)
		return strerror(errno);
	touch_read(area, bytes);
	return NULL;
}

static const char *program(int replaced)
{
	static char *path;
	if (replaced)
		return unlink(path) == 0 ? NULL : strerror(errno);
	int fd = sparse_file(page_size, &path);
	must_place(page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	close(fd);
	return NULL;
}

static const char *code(int how)
{
	char *page = place_anonymous(page_size);
	if (how > 0)
		*page = 1;
	return mprotect(page, page_size, PROT_READ | PROT_EXEC | (how > 1 ? PROT_WRITE : 0)) == 0 ? NULL : strerror(errno);
}

static const char *patched(void)
{
	/* Its own code, as a debugger writes to it: the byte stays what it is. */
	char *page = (char *)((uintptr_t)&parked & ~(page_size - 1));
	if (mprotect(page, page_size, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
		return strerror(errno);
	*(volatile char *)page = *(volatile char *)page;
	return mprotect(page, page_size, PROT_READ | PROT_EXEC) == 0 ? NULL : strerror(errno);
}

static const char *deep(size_t count)
{
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 256 * MIB);
	return start(wait_here, &attributes, count);
}

static pthread_barrier_t filled;

static void *fill_arena(void *unused)
{
	/* Below the size from which malloc maps each piece by itself. */
	const size_t piece = 64 * KIB;
	for (size_t done = 0; done < 20 * MIB; done += piece) {
		char *at = malloc(piece);
		if (at == NULL)
			fail("malloc");
		memset(at, 1, piece);
	}
	pthread_barrier_wait(&filled);
	return wait_here(unused);
}

static const char *arenas(size_t count)
{
	pthread_barrier_init(&filled, NULL, (unsigned int)count + 1);
	const char *problem = start(fill_arena, NULL, count);
	if (problem != NULL)
		return problem;
	pthread_barrier_wait(&filled);
	pthread_barrier_destroy(&filled);
	return NULL;
}

static const char *sparse(size_t count)
{
	const size_t table = page_size / sizeof(void *) * page_size;
	char *area = place_aligned(count * table, table, 0, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return strerror(errno);
	madvise(area, count * table, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < count; i++)
		area[i * table] = 1;
	return NULL;
}

static const char *swapped(size_t bytes)
{
	int fd = memfd_create("swapped", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0)
		return strerror(errno);
	char *area = must_place(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (size_t i = 0; i < bytes; i += sizeof(long))
		*(long *)(void *)(area + i) = (long)(i * 2654435761UL);
	/* Pages still on a per-CPU list stay the first time. */
	for (int attempt = 0; attempt < 10; attempt++, usleep(10000))
		if (madvise(area, bytes, MADV_PAGEOUT) != 0)
			return strerror(errno);
	return NULL;
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
	if (IS("parked"))
		return parked(count * MIB);
	if (IS("mergeable"))
		return mergeable(count * MIB);
	if (IS("unlinked"))
		return unlinked(count * MIB);
	if (IS("windowed") || IS("cut"))
		return windowed(count);
	if (IS("random"))
		return random_reads(count * MIB);
	if (IS("program") || IS("replaced"))
		return program(verb[0] == 'r');
	if (IS("code"))
		return code((int)count);
	if (IS("patched"))
		return patched();
	if (IS("deep"))
		return deep(count);
	if (IS("arenas"))
		return arenas(count);
	if (IS("sparse"))
		return sparse(count);
	if (IS("swapped"))
		return swapped(count * MIB);
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
	char verb[32];
	unsigned long count;
	while (next_command(verb, &count)) {
		const char *problem = obey(verb, count);
		if (problem != NULL)
			printf("error\t%s\n", problem);
		else
			puts("ok");
		fflush(stdout);
	}
	return 0;
}
