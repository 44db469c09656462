/* touch N [rusage]: writes to N pages of anonymous memory; rusage: prints what getrusage(2) has counted, on stdout. */
#include "faults.h"

int main(int argc, char **argv)
{
	size_t pages = (size_t)number(argc, argv, 1, 1000);
	write_pages(anonymous(pages), pages);
	if (has(argc, argv, "rusage")) {
		struct rusage usage;
		getrusage(RUSAGE_SELF, &usage);
		printf("%ld %ld\n", usage.ru_minflt, usage.ru_majflt);
	}
	return 0;
}
