/*
 * latency N | pages MIB | split MIB MAPPINGS | sparse TABLES | huge MIB | shared MIB:
 * a process that times its own mmap + touch + munmap of 64 KiB. It has N mappings; or so much memory in small pages in
 * one mapping, or in several; or one page in each of so many page tables; or huge pages; or shared memory.
 *
 * Prints "ready"; then reads commands, one a line: a number of milliseconds to measure for, and a number of
 * microseconds above which waits are counted. Answers each with JSON.
 * Runs on the last CPU, so that the reader can have the others, and with a real-time priority where that is allowed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MOST 400000
#define BLOCK (64 * 1024)
#define MIB (1024L * 1024)
#define PAUSE_NS 30000

static unsigned samples[MOST];
static long measure_ms, long_us;

static long long nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
	return (x > y) - (x < y);
}

static void *measured(void *unused)
{
	(void)unused;
	cpu_set_t last;
	CPU_ZERO(&last);
	CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &last);
	sched_setaffinity(0, sizeof last, &last);
	struct sched_param priority = {.sched_priority = 10};
	sched_setscheduler(0, SCHED_FIFO, &priority); /* may be refused */

	long count = 0;
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	long long until = nanoseconds() + measure_ms * 1000000LL;
	for (long long from = nanoseconds(); from < until && count < MOST; from = nanoseconds()) {
		char *block = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (block == MAP_FAILED)
			exit(1);
		*(volatile char *)block = 1;
		munmap(block, BLOCK);
		samples[count++] = (unsigned)(nanoseconds() - from);
		/* A real-time thread that never sleeps is throttled by the kernel, which would look like a stall. */
		nanosleep(&pause, NULL);
	}
	qsort(samples, count, sizeof *samples, ascending);
	long longer = 0;
	while (longer < count && samples[count - 1 - longer] > long_us * 1000UL)
		longer++;
	printf("{\"count\":%ld,\"p50us\":%.2f,\"p99us\":%.2f,\"maxUs\":%.1f,\"longer\":%ld}\n", count,
	       samples[count / 2] / 1e3, samples[count * 99 / 100] / 1e3, samples[count - 1] / 1e3, longer);
	fflush(stdout);
	return NULL;
}

static char *area_of(long size, int flags)
{
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED) {
		perror("latency: mmap");
		exit(1);
	}
	return area;
}

static void touch(char *area, long size, long step)
{
	for (long at = 0; at < size; at += step)
		area[at] = 1;
}

static void many(long count, long page)
{
	char *area = area_of(count * page, MAP_PRIVATE);
	touch(area, count * page, 2 * page);
	/* Neighbours differ in protection, so that the kernel cannot merge them. */
	for (long i = 1; i < count; i += 2) {
		if (mprotect(area + i * page, page, PROT_READ) != 0) {
			perror("latency: mprotect");
			exit(1);
		}
	}
}

/* Small pages, whatever the host's setting; a page without access behind each mapping keeps the kernel from merging. */
static void split(long size, long count, long page)
{
	long each = size / count / page * page;
	for (long i = 0; i < count; i++) {
		char *area = area_of(each + page, MAP_PRIVATE);
		madvise(area, each, MADV_NOHUGEPAGE);
		mprotect(area + each, page, PROT_NONE);
		touch(area, each, page);
	}
}

static void spread(long size, long step, int advice)
{
	char *area = area_of(size + 2 * MIB, MAP_PRIVATE);
	area += -(unsigned long)area % (2 * MIB);
	madvise(area, size, advice);
	touch(area, size, step);
}

static void lay_out(const char *shape, long amount, long count)
{
	long page = sysconf(_SC_PAGESIZE);
	if (strcmp(shape, "pages") == 0 || strcmp(shape, "split") == 0)
		split(amount * MIB, count, page);
	else if (strcmp(shape, "sparse") == 0)
		spread(amount * 2 * MIB, 2 * MIB, MADV_NOHUGEPAGE);
	else if (strcmp(shape, "huge") == 0)
		spread(amount * MIB, page, MADV_HUGEPAGE);
	else if (strcmp(shape, "shared") == 0)
		touch(area_of(amount * MIB, MAP_SHARED), amount * MIB, page);
	else
		many(atol(shape), page);
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	lay_out(argc > 1 ? argv[1] : "65000", argc > 2 ? atol(argv[2]) : 0, argc > 3 ? atol(argv[3]) : 1);
	puts("ready");
	fflush(stdout);
	char line[64];
	while (fgets(line, sizeof line, stdin) != NULL) {
		pthread_t thread;
		if (sscanf(line, "%ld %ld", &measure_ms, &long_us) < 1)
			return 1;
		if (pthread_create(&thread, NULL, measured, NULL) != 0)
			return 1;
		pthread_join(thread, NULL);
	}
	return 0;
}
