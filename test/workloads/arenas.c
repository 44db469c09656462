/* Four threads that allocate many small blocks: with glibc each gets an arena of its own. */
#include "workload.h"

#define THREADS 4
#define BLOCKS 20000

static pthread_barrier_t allocated;

static void *allocate(void *unused)
{
	(void)unused;
	/* All are kept, in a list through the blocks themselves. */
	void *last = NULL;
	for (int i = 0; i < BLOCKS; i++) {
		void **block = malloc(32 + (size_t)(i % 16) * 16);
		if (block == NULL)
			_exit(1);
		*block = last;
		last = block;
	}
	__asm__ volatile("" : : "r"(last) : "memory");
	pthread_barrier_wait(&allocated);
	for (;;)
		pause();
	return NULL;
}

int main(void)
{
	begin();
	pthread_barrier_init(&allocated, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, allocate, NULL) != 0)
			fail("pthread_create failed");
	}
	pthread_barrier_wait(&allocated);
	return finish();
}
