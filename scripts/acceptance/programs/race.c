/* Threads that hand blocks of malloc to each other: how many of them lie where is chance. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, SLOTS = 256, ROUNDS = 40000, MOST = 40000 };

static _Atomic(void *) slots[SLOTS];

static void *work(void *seed)
{
	unsigned state = (unsigned)(size_t)seed;
	for (int i = 0; i < ROUNDS; i++) {
		state = state * 1664525u + 1013904223u;
		size_t bytes = 64 + (state >> 8) % MOST;
		char *block = malloc(bytes);
		memset(block, 1, bytes);
		free(atomic_exchange(&slots[(state >> 4) % SLOTS], block));
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)(i + 1));
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
