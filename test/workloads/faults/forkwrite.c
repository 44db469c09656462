/* forkwrite N: writes to N pages, then a child writes to them again: N first touches and N copies. */
#include "faults.h"

__attribute__((noinline)) static void write_copies(char *at, size_t pages)
{
	size_t size = page();
	for (size_t i = 0; i < pages; i++)
		((volatile char *)at)[i * size] = 2;
}

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 500);
	char *at = anonymous(pages);
	write_pages(at, pages);
	pid_t child = fork();
	if (child == 0) {
		write_copies(at, pages);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}
