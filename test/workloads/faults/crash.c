/* crash SIGNAL: ends by a signal. exit STATUS: ends with a status. */
#include "faults.h"

int main(int argc, char **argv)
{
	if (has(argc, argv, "exit"))
		return (int)number(argc, argv, 2, 0);
	raise((int)number(argc, argv, 1, SIGSEGV));
	return 0;
}
