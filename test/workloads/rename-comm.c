/*
 * rename-comm NAME [-c N] [-g] [anything...]: a process that calls itself NAME.
 *
 * -c N  forks N children that keep the name, with 1, 2, 3, ... MiB of their own
 * -g    gives every child one child, so that there are grandchildren
 * Other arguments are only there to be seen in the command line.
 */
#include "workload.h"

#define MAX_CHILDREN 64

static int told[2];

__attribute__((noreturn)) static void descend(long index, int grandchildren)
{
	size_t size = (size_t)(index + 1) * MIB;
	touch(place_anonymous(size), size);
	if (grandchildren) {
		pid_t grandchild = fork_child();
		if (grandchild > 0) /* one write: lines of several processes do not mix */
			dprintf(STDOUT_FILENO, "grandchild\t%d\n", (int)grandchild);
	}
	/* A byte from the child alone, after its line was written. */
	if (getppid() == owner && write(told[1], "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	long children = 0;
	int grandchildren = 0;
	begin();
	if (argc < 2)
		fail("usage: rename-comm NAME [-c N] [-g] [anything...]");
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "-c") == 0)
			children = number_argument(argc, argv, ++i, 0);
		else if (strcmp(argv[i], "-g") == 0)
			grandchildren = 1;
	}
	if (children > MAX_CHILDREN)
		fail("at most %d children", MAX_CHILDREN);
	if (prctl(PR_SET_NAME, argv[1]) != 0 || pipe2(told, O_CLOEXEC) != 0)
		fail("set-up: %s", strerror(errno));
	/* Grandchildren come to us when their parents are gone, so that wait() below sees the last of them end. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);

	pid_t pids[MAX_CHILDREN];
	for (long i = 0; i < children; i++) {
		pids[i] = fork_child();
		if (pids[i] < 0)
			fail("fork: %s", strerror(errno));
		if (pids[i] == 0)
			descend(i, grandchildren);
		printf("child\t%d\n", (int)pids[i]);
	}
	char byte;
	for (long i = 0; i < children; i++)
		if (read(told[0], &byte, 1) != 1)
			fail("a child died");
	ready();
	wait_for_eof();

	for (long i = 0; i < children; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
