/*
 * dirty [PAGES [FILE]]: files and memory of PAGES pages each (64), every file synced, each made dirty only when told to.
 *
 *   shared     a file mapped shared and writable, and once more as "alias", shared and read-only
 *   halves     a file whose two halves are mapped apart, as "halves" and "second"
 *   readonly   a file opened for reading, mapped shared
 *   private    a file mapped private and writable
 *   written    a file mapped shared and read-only, none of whose pages was ever touched
 *   unlinked   a file mapped shared and writable that has no name any more
 *   linked     the same, but with another name left
 *   open       a file that is open and not mapped
 *   peer       FILE, which is there already, mapped shared and writable
 *   tmpfs, memfd, anonymous-shared, anonymous
 *
 * Obeys lines of stdin, each answered with `ok` or an error line:
 *   store LABEL N    writes a byte to each of the first N pages, through the mapping
 *   write LABEL N    the same with pwrite(2)
 *   touch LABEL      reads every page
 *   msync LABEL, fsync LABEL
 *   forget LABEL     MADV_DONTNEED: the page tables lose what the page cache keeps
 */
#include "workload.h"

struct area {
	const char *label;
	char *at;
	size_t length;
	int fd;
};

static struct area areas[32];
static size_t area_count;
static size_t length;

static void add(const char *label, char *at, size_t bytes, int fd, const char *kind)
{
	areas[area_count++] = (struct area){label, at, bytes, fd};
	if (at != NULL)
		region(label, at, bytes, kind, NULL);
}

static char *path_of(const char *name)
{
	return text("%s/%s.dat", tmp_dir(), name);
}

/* A file whose pages are clean. Written a page at a time, so that no page is part of a larger folio. */
static int clean_file(const char *name)
{
	int fd = make_file(path_of(name), length);
	if (fsync(fd) != 0)
		fail("fsync: %s", strerror(errno));
	return fd;
}

static char *map(int fd, size_t bytes, int prot, int flags, off_t offset)
{
	return must_place(bytes, prot, flags, fd, offset);
}

static void add_files(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	int fd = clean_file("shared");
	add("shared", map(fd, length, rw, MAP_SHARED, 0), length, fd, file_kind(fd, 1));
	add("alias", map(fd, length, PROT_READ, MAP_SHARED, 0), length, fd, file_kind(fd, 1));

	fd = clean_file("halves");
	add("halves", map(fd, length / 2, rw, MAP_SHARED, 0), length / 2, fd, file_kind(fd, 1));
	add("second", map(fd, length / 2, rw, MAP_SHARED, (off_t)(length / 2)), length / 2, fd, file_kind(fd, 1));

	fd = clean_file("readonly");
	int reader = open(path_of("readonly"), O_RDONLY | O_CLOEXEC);
	add("readonly", map(reader, length, PROT_READ, MAP_SHARED, 0), length, fd, file_kind(fd, 1));

	fd = clean_file("private");
	add("private", map(fd, length, rw, MAP_PRIVATE, 0), length, fd, file_kind(fd, 0));

	fd = clean_file("written");
	add("written", map(fd, length, PROT_READ, MAP_SHARED, 0), length, fd, file_kind(fd, 1));

	fd = clean_file("unlinked");
	unlink(path_of("unlinked"));
	add("unlinked", map(fd, length, rw, MAP_SHARED, 0), length, fd, file_kind(fd, 1));

	fd = clean_file("linked");
	if (link(path_of("linked"), path_of("left")) != 0)
		fail("link: %s", strerror(errno));
	remember(path_of("left"));
	unlink(path_of("linked"));
	add("linked", map(fd, length, rw, MAP_SHARED, 0), length, fd, file_kind(fd, 1));

	add("open", NULL, 0, clean_file("open"), NULL);
}

/* Somebody else's file, of at least that length. */
static void add_peer(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	add("peer", map(fd, length, PROT_READ | PROT_WRITE, MAP_SHARED, 0), length, fd, file_kind(fd, 1));
}

static void add_memory(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	char *name = text("/dev/shm/mmapctl-dirty-%d", (int)getpid());
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		skip_errno("tmpfs", "open /dev/shm");
	} else {
		remember(name);
		if (ftruncate(fd, (off_t)length) != 0)
			fail("ftruncate: %s", strerror(errno));
		add("tmpfs", map(fd, length, rw, MAP_SHARED, 0), length, fd, "shmem");
	}
	fd = memfd_create("dirty", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)length) != 0)
		fail("memfd: %s", strerror(errno));
	add("memfd", map(fd, length, rw, MAP_SHARED, 0), length, fd, "memfd");
	add("anonymous-shared", map(-1, length, rw, MAP_SHARED | MAP_ANONYMOUS, 0), length, -1, "anonymous-shared");
	add("anonymous", map(-1, length, rw, MAP_PRIVATE | MAP_ANONYMOUS, 0), length, -1, "anonymous");
	/* The same figures whatever the machine's huge page policy is. */
	madvise(areas[area_count - 1].at, length, MADV_NOHUGEPAGE);
	madvise(areas[area_count - 2].at, length, MADV_NOHUGEPAGE);
}

static const char *write_pages(const struct area *area, unsigned long pages)
{
	for (unsigned long page = 0; page < pages; page++)
		if (pwrite(area->fd, "w", 1, (off_t)(page * page_size)) != 1)
			return strerror(errno);
	return NULL;
}

static const char *obey(const char *verb, const struct area *area, unsigned long pages)
{
	if (pages * page_size > length)
		return "not that many";
	if (strcmp(verb, "write") == 0)
		return write_pages(area, pages);
	if (strcmp(verb, "fsync") == 0)
		return fsync(area->fd) == 0 ? NULL : strerror(errno);
	if (area->at == NULL)
		return "not mapped";
	if (strcmp(verb, "store") == 0)
		touch(area->at, pages * page_size);
	else if (strcmp(verb, "touch") == 0)
		touch_read(area->at, area->length);
	else if (strcmp(verb, "msync") == 0)
		return msync(area->at, area->length, MS_SYNC) == 0 ? NULL : strerror(errno);
	else if (strcmp(verb, "forget") == 0)
		return madvise(area->at, area->length, MADV_DONTNEED) == 0 ? NULL : strerror(errno);
	else
		return "unknown command";
	return NULL;
}

static const struct area *area_named(const char *label)
{
	for (size_t i = 0; i < area_count; i++)
		if (strcmp(areas[i].label, label) == 0)
			return &areas[i];
	return NULL;
}

int main(int argc, char **argv)
{
	begin();
	length = (size_t)number_argument(argc, argv, 1, 64) * page_size;
	add_files();
	add_memory();
	if (argc > 2)
		add_peer(argv[2]);
	printf("dir\t%s\n", tmp_dir());
	ready();

	char line[256];
	while (fgets(line, sizeof line, stdin) != NULL) {
		char verb[16];
		char label[32];
		unsigned long pages = 0;
		const struct area *area = NULL;
		if (sscanf(line, "%15s %31s %lu", verb, label, &pages) >= 2)
			area = area_named(label);
		const char *problem = area == NULL ? "no such area" : obey(verb, area, pages);
		if (problem == NULL)
			puts("ok");
		else
			printf("error\t%s\n", problem);
		fflush(stdout);
	}
	return 0;
}
