/*
 * many N [alternate|files]: N mappings, made as cheaply as possible.
 *
 * alternate  one anonymous area whose protection changes with every page
 * files      40 % anonymous, 60 % file mappings of 1 to 4 pages over 200 files with paths of about 100 characters,
 *            some of which hold a space, "(deleted)", a newline or UTF-8, and one is really deleted
 *
 * Half of the mappings are touched.
 */
#include "workload.h"

#define FILES 200
#define FILE_PAGES 64

static const int anonymous_prots[] = {PROT_READ | PROT_WRITE, PROT_NONE, PROT_READ};

/* mprotect of single pages; neighbours always differ, so the kernel never merges them again. */
static void alternate(long count)
{
	size_t size = (size_t)count * page_size;
	char *area = must_place(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (long i = 0; i < count; i += 2)
		area[(size_t)i * page_size] = 1;
	for (long i = 0; i < count; i++) {
		int prot = anonymous_prots[i % 3];
		if (i % 3 != 0 && mprotect(area + (size_t)i * page_size, page_size, prot) != 0)
			fail("mprotect of page %ld: %s", i, strerror(errno));
	}
	region("alternate", area, size, "anonymous", "split");
}

static char *file_name(int index)
{
	static const char *const special[] = {
		"with a space", "ends (deleted)", "new\nline", "gr\xc3\xbc\xc3\x9f-\xe6\x97\xa5\xe6\x9c\xac", "tab\there",
	};
	const size_t specials = sizeof special / sizeof *special;
	const char *part = index % 8 == 0 ? special[(size_t)(index / 8) % specials] : "plain";
	/* Padded to what package and container paths are like. */
	return text("%s/a-directory-name-as-long-as-they-are/lib-%03d-of-some-component-%s.so.1.2", tmp_dir(), index, part);
}

static int pages_of(long i)
{
	return 1 + (int)(i % 4);
}

/* Two of five; never two in a row, so that they cannot merge. */
static int is_anonymous(long i)
{
	return i % 5 == 0 || i % 5 == 3;
}

static void files(long count)
{
	static const int prots[] = {PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, PROT_READ};
	int fds[FILES];
	char *names[FILES];
	const char *dir = text("%s/a-directory-name-as-long-as-they-are", tmp_dir());
	if (mkdir(dir, 0700) != 0)
		fail("mkdir: %s", strerror(errno));
	remember(dir);
	for (int i = 0; i < FILES; i++) {
		names[i] = file_name(i);
		fds[i] = make_file(names[i], FILE_PAGES * page_size);
	}

	size_t size = 0;
	for (long i = 0; i < count; i++)
		size += (size_t)pages_of(i) * page_size;
	char *at = must_place(size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	region("files", at, size, "file-private", "split");

	int file = 0;
	for (long i = 0; i < count; i++) {
		size_t length = (size_t)pages_of(i) * page_size;
		int prot, flags, fd;
		off_t offset = 0;
		if (is_anonymous(i)) {
			prot = anonymous_prots[i / 5 % 3];
			flags = MAP_PRIVATE | MAP_ANONYMOUS;
			fd = -1;
		} else {
			prot = prots[file % 4];
			flags = file % 10 == 9 ? MAP_SHARED : MAP_PRIVATE;
			fd = fds[file % FILES];
			offset = (off_t)((size_t)(file / FILES % (FILE_PAGES - 4)) * page_size);
			file++;
		}
		void *got = mmap(at, length, prot, flags | MAP_FIXED, fd, offset);
		if (got == MAP_FAILED && errno == EPERM) { /* $TMPDIR is mounted noexec */
			prot &= ~PROT_EXEC;
			got = mmap(at, length, prot, flags | MAP_FIXED, fd, offset);
		}
		if (got == MAP_FAILED)
			fail("mmap %ld of %ld: %s", i, count, strerror(errno));
		if (i % 2 == 0 && (prot & PROT_WRITE) != 0)
			*(volatile char *)at = 1;
		else if (i % 2 == 0 && (prot & PROT_READ) != 0)
			(void)*(volatile char *)at;
		at += length;
	}
	for (int i = 0; i < FILES; i++)
		close(fds[i]);
	unlink(names[FILES - 1]);
	printf("dir\t%s\n", dir);
}

int main(int argc, char **argv)
{
	begin();
	long count = number_argument(argc, argv, 1, 1000);
	const char *mode = argc > 2 ? argv[2] : "alternate";
	need_map_count(count);
	if (count == 0)
		return finish();
	if (strcmp(mode, "alternate") == 0)
		alternate(count);
	else if (strcmp(mode, "files") == 0)
		files(count);
	else
		fail("unknown mode %s: alternate or files", mode);
	return finish();
}
