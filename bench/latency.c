/*
 * latency N: a process with N mappings that times its own mmap + touch + munmap of 64 KiB.
 *
 * Prints "ready"; then reads commands, one a line: a number of milliseconds to measure for. Answers each with JSON.
 * Runs on the last CPU, so that the reader can have the others, and with a real-time priority where that is allowed.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MOST 400000
#define BLOCK (64 * 1024)
#define PAUSE_NS 30000

static unsigned samples[MOST];
static long measure_ms;

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
	printf("{\"count\":%ld,\"p50us\":%.2f,\"p99us\":%.2f,\"maxUs\":%.1f}\n", count, samples[count / 2] / 1e3,
	       samples[count * 99 / 100] / 1e3, samples[count - 1] / 1e3);
	fflush(stdout);
	return NULL;
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	long count = argc > 1 ? atol(argv[1]) : 65000;
	long page = sysconf(_SC_PAGESIZE);
	char *area = mmap(NULL, count * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return 1;
	for (long i = 0; i < count; i += 2)
		area[i * page] = 1;
	/* Neighbours differ in protection, so that the kernel cannot merge them. */
	for (long i = 1; i < count; i += 2) {
		if (mprotect(area + i * page, page, PROT_READ) != 0) {
			perror("latency: mprotect");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	char line[64];
	while (fgets(line, sizeof line, stdin) != NULL) {
		pthread_t thread;
		measure_ms = atol(line);
		if (pthread_create(&thread, NULL, measured, NULL) != 0)
			return 1;
		pthread_join(thread, NULL);
	}
	return 0;
}
