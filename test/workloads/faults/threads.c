/* threads T N: T threads that write to N pages each. */
#include "faults.h"

static size_t pages;

static void *work(void *unused)
{
	(void)unused;
	write_pages(anonymous(pages), pages);
	return NULL;
}

int main(int argc, char **argv)
{
	enum { MOST = 64 };
	long count = number(argc, argv, 1, 4);
	pages = (size_t)number(argc, argv, 2, 500);
	pthread_t threads[MOST];
	for (long i = 0; i < count && i < MOST; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (long i = 0; i < count && i < MOST; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
