/*
 * kmajor FILE: has the kernel read every page of a mapped file that is not in the page cache, with write(2): faults in
 * kernel mode that wait for the device.
 */
#include "faults.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	int fd = open(argv[1], O_RDONLY), ends[2];
	struct stat facts;
	if (fd < 0 || fstat(fd, &facts) != 0 || pipe(ends) != 0)
		fail(argv[1]);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	size_t pages = (size_t)facts.st_size / page();
	char *at = mmap(NULL, pages * page(), PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		fail("mmap");
	madvise(at, pages * page(), MADV_RANDOM);
	for (size_t i = 0; i < pages; i++) {
		char byte;
		if (write(ends[1], at + i * page(), 1) != 1 || read(ends[0], &byte, 1) != 1)
			fail("pipe");
	}
	return 0;
}
