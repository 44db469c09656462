/*
 * mapfile FILE shared|private read|write [random]: maps a whole file and touches each of its pages. random: without
 * read-ahead, so that every page of a cold file waits for the device.
 */
#include "faults.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int fd = open(argv[1], O_RDWR);
	struct stat facts;
	if (fd < 0 || fstat(fd, &facts) != 0)
		fail(argv[1]);
	size_t pages = (size_t)facts.st_size / page();
	char *at = map(pages, has(argc, argv, "shared") ? MAP_SHARED : MAP_PRIVATE, fd);
	if (has(argc, argv, "random"))
		madvise(at, pages * page(), MADV_RANDOM);
	if (has(argc, argv, "write"))
		write_pages(at, pages);
	else
		read_pages(at, pages);
	return 0;
}
