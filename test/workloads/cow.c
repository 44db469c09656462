/* 16 MiB of touched private memory, shared with a forked child that has rewritten the first half. */
#include "workload.h"

#define SIZE (16 * MIB)

int main(void)
{
	begin();
	char *at = place_anonymous(SIZE);
	int done[2];
	if (pipe2(done, O_CLOEXEC) != 0)
		fail("pipe: %s", strerror(errno));
	/* The same number of page faults and figures whatever the machine's huge page policy is. */
	madvise(at, SIZE, MADV_NOHUGEPAGE);
	touch(at, SIZE);

	pid_t child = fork_child();
	if (child < 0)
		fail("fork: %s", strerror(errno));
	if (child == 0) {
		memset(at, 0x55, SIZE / 2);
		if (write(done[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	char byte;
	close(done[1]);
	if (read(done[0], &byte, 1) != 1)
		fail("the child died");
	printf("parent\t%d\nchild\t%d\n", (int)getpid(), (int)child);
	region("cow", at, SIZE, "anonymous", "half-shared");
	ready();
	wait_for_eof();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
