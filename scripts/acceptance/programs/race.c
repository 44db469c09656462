/* Threads that hand blocks of malloc to each other: how many arenas they need is chance. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, SLOTS = 4096, ROUNDS = 60000 };

static void *slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *seed)
{
	unsigned state = (unsigned)(size_t)seed;
	for (int i = 0; i < ROUNDS; i++) {
		state = state * 1664525u + 1013904223u;
		size_t bytes = 64 + (state >> 8) % 8000;
		char *block = malloc(bytes);
		memset(block, 1, bytes);
		pthread_mutex_lock(&lock);
		void *old = slots[(state >> 4) % SLOTS];
		slots[(state >> 4) % SLOTS] = block;
		pthread_mutex_unlock(&lock);
		free(old);
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
