/*
 * tree reaped N | tree unreaped N: three children with a child of their own each, which write to N pages; or one child
 * that nobody waits for.
 */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 2, 300);
	if (has(argc, argv, "unreaped")) {
		signal(SIGCHLD, SIG_IGN);
		if (fork() == 0) {
			write_pages(anonymous(pages), pages);
			_exit(0);
		}
		/* With SIGCHLD ignored this waits until there is no child, and reaps none. */
		while (wait(NULL) > 0) {
		}
		return 0;
	}
	for (int i = 0; i < 3; i++) {
		if (fork() != 0)
			continue;
		write_pages(anonymous(pages), pages);
		if (fork() == 0) {
			write_pages(anonymous(pages), pages);
			_exit(0);
		}
		wait(NULL);
		_exit(0);
	}
	while (wait(NULL) > 0) {
	}
	return 0;
}
