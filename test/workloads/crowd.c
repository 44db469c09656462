/*
 * crowd N [SHARED [OWN]]: N children, forked from a parent that has touched SHARED KiB (default 0), each with
 * OWN + 4 × (its number modulo 64) KiB of its own (default 256). With SHARED they have those pages in common.
 */
#include "workload.h"

int main(int argc, char **argv)
{
	begin();
	long count = number_argument(argc, argv, 1, 10);
	size_t shared = (size_t)number_argument(argc, argv, 2, 0) * KIB;
	long own = number_argument(argc, argv, 3, 256);
	int told[2];
	if (pipe2(told, O_CLOEXEC) != 0)
		fail("pipe: %s", strerror(errno));
	if (shared > 0) {
		char *at = place_anonymous(shared);
		touch(at, shared);
		region("shared", at, shared, "anonymous", NULL);
	}
	pid_t *pids = calloc((size_t)count + 1, sizeof *pids);
	if (pids == NULL)
		fail("out of memory");
	for (long i = 0; i < count; i++) {
		size_t size = (size_t)(own + 4 * (i % 64)) * KIB;
		pid_t child = fork_child();
		if (child < 0)
			fail("fork %ld: %s", i, strerror(errno));
		if (child == 0) {
			char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			if (at == MAP_FAILED)
				_exit(1);
			touch(at, size);
			if (write(told[1], "", 1) != 1)
				_exit(1);
			for (;;)
				pause();
		}
		pids[i] = child;
		printf("child\t%d\n", (int)child);
	}
	char byte;
	for (long i = 0; i < count; i++)
		if (read(told[0], &byte, 1) != 1)
			fail("a child died");
	ready();
	wait_for_eof();
	for (long i = 0; i < count; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
