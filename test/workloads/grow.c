/*
 * grow MIB [anon|file|memfd]: one mapping of that many MiB, all touched.
 *
 * Then obeys lines of stdin, `grow N` and `free N` (MiB), each answered with `ok` or with an error line. The mapping
 * keeps its start: it is the same mapping with another size. One without size is not there at all.
 */
#include "workload.h"

static char *start;
static size_t size;
static int fd = -1;

/* Never more than this, so that the mapping can grow without moving. */
static const size_t room = 1UL << 36;

static const char *resize(size_t wanted)
{
	const int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	if (wanted > room)
		return "too much";
	if (fd >= 0 && wanted > size && ftruncate(fd, (off_t)wanted) != 0)
		return strerror(errno);
	if (size == 0 && wanted > 0) {
		if (mmap(start, wanted, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, fd, 0) == MAP_FAILED)
			return strerror(errno);
	} else if (size > 0 && wanted == 0) {
		munmap(start, size);
	} else if (wanted != size && mremap(start, size, wanted, 0) == MAP_FAILED) {
		return strerror(errno);
	}
	if (wanted > size)
		touch(start + size, wanted - size);
	if (fd >= 0 && wanted < size && ftruncate(fd, (off_t)wanted) != 0)
		return strerror(errno);
	size = wanted;
	return NULL;
}

static const char *obey(const char *line)
{
	unsigned long mib;
	char end;
	if (sscanf(line, "grow %lu%c", &mib, &end) == 2 && end == '\n')
		return resize(size + mib * MIB);
	if (sscanf(line, "free %lu%c", &mib, &end) == 2 && end == '\n')
		return mib * MIB > size ? "not that much" : resize(size - mib * MIB);
	return "unknown command";
}

int main(int argc, char **argv)
{
	begin();
	long mib = number_argument(argc, argv, 1, 1);
	const char *mode = argc > 2 ? argv[2] : "anon";
	const char *kind = "anonymous";
	if (strcmp(mode, "file") == 0) {
		char *path = text("%s/growing.dat", tmp_dir());
		fd = make_file(path, 0);
		kind = file_kind(fd, 1);
	} else if (strcmp(mode, "memfd") == 0) {
		fd = memfd_create("growing", MFD_CLOEXEC);
		if (fd < 0)
			fail("memfd_create: %s", strerror(errno));
		kind = "memfd";
	} else if (strcmp(mode, "anon") != 0) {
		fail("unknown mode %s: anon, file or memfd", mode);
	}

	start = take_place(room, page_size, 0);
	const char *problem = resize((size_t)mib * MIB);
	if (problem != NULL)
		fail("%s", problem);
	if (size > 0)
		region("grow", start, size, kind, NULL);
	ready();

	char line[256];
	while (fgets(line, sizeof line, stdin) != NULL) {
		problem = obey(line);
		if (problem == NULL)
			puts("ok");
		else
			printf("error\t%s\n", problem);
		fflush(stdout);
	}
	return 0;
}
