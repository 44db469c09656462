/* swarm [N]: N children at a time (default 16), each of which ends within twenty milliseconds. */
#include "workload.h"

#include <poll.h>

int main(int argc, char **argv)
{
	begin();
	long count = number_argument(argc, argv, 1, 16);
	long alive = 0;
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	ready();
	while (poll(&in, 1, 0) == 0) {
		while (alive < count) {
			pid_t child = fork_child();
			if (child < 0)
				fail("fork: %s", strerror(errno));
			if (child == 0) {
				usleep((useconds_t)(200 + getpid() % 97 * 200));
				_exit(0);
			}
			alive++;
		}
		if (wait(NULL) > 0)
			alive--;
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
