/* A parent with a child that has exited and is not reaped before the end. */
#include "workload.h"

int main(void)
{
	begin();
	pid_t child = fork_child();
	if (child < 0)
		fail("fork: %s", strerror(errno));
	if (child == 0)
		_exit(0);
	siginfo_t info;
	/* Waits until it is a zombie and leaves it one. */
	if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) != 0)
		fail("waitid: %s", strerror(errno));
	printf("zombie\t%d\n", (int)child);
	ready();
	wait_for_eof();
	waitpid(child, NULL, 0);
	return 0;
}
