/* daemon SECONDS: leaves a process of another session behind, which ends after that time, and ends itself at once. */
#include "faults.h"

int main(int argc, char **argv)
{
	if (fork() != 0)
		return 0;
	setsid();
	if (fork() != 0)
		_exit(0);
	int nothing = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(nothing, fd);
	sleep((unsigned)number(argc, argv, 1, 2));
	_exit(0);
}
