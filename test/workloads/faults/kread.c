/* kread N: has the kernel write to N fresh pages, with read(2): faults in kernel mode. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t length = (size_t)number(argc, argv, 1, 1000) * page();
	char *at = anonymous(length / page());
	int zero = open("/dev/zero", O_RDONLY);
	return read(zero, at, length) == (ssize_t)length ? 0 : 9;
}
