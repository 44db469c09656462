/*
 * Files, memfds and a process name chosen to break parsers, terminals, spreadsheets and web pages.
 *
 * Every file is one page, mapped privately and read-only. The note of each line holds the bytes of the path that the
 * file has (or had) as hex=..., and the words
 *   deleted     the path is gone: the kernel appends " (deleted)"
 *   replaced    gone too, but another file has the path now
 *   linked      gone, but the file lives on under another name
 */
#include "workload.h"

static int serial;

static void map_fd(const char *label, int fd, const char *path, const char *words)
{
	char *at = must_place(page_size, PROT_READ, MAP_PRIVATE, fd, 0);
	touch_read(at, page_size);
	region(label, at, page_size, file_kind(fd, 0), hex_note(path, words));
	close(fd);
}

static char *path_of(const char *name)
{
	return text("%s/%s", tmp_dir(), name);
}

static void map_file(const char *label, const char *name)
{
	/* Each in its own directory: the names may be equal. */
	char *dir = text("%s/%02d", tmp_dir(), serial++);
	if (mkdir(dir, 0700) != 0)
		fail("mkdir: %s", strerror(errno));
	remember(dir);
	char *path = text("%s/%s", dir, name);
	char *slash = strchr(path + strlen(dir) + 1, '/');
	if (slash != NULL) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0)
			fail("mkdir: %s", strerror(errno));
		remember(path);
		*slash = '/';
	}
	map_fd(label, make_file(path, page_size), path, "");
}

static void map_deleted(const char *label, const char *name)
{
	char *path = path_of(name);
	int fd = make_file(path, page_size);
	unlink(path);
	map_fd(label, fd, path, "deleted");
}

static void map_replaced(void)
{
	char *path = path_of("replaced.so");
	char *newer = path_of("replaced.so.new");
	int fd = make_file(path, page_size);
	close(make_file(newer, page_size));
	if (rename(newer, path) != 0)
		fail("rename: %s", strerror(errno));
	map_fd("replaced", fd, path, "deleted replaced");
}

static void map_linked(void)
{
	char *path = path_of("linked.dat");
	char *other = path_of("linked-too.dat");
	int fd = make_file(path, page_size);
	if (link(path, other) != 0)
		fail("link: %s", strerror(errno));
	remember(other);
	unlink(path);
	map_fd("linked", fd, path, "deleted linked");
}

/* The longest path that one line of maps must hold: nearly PATH_MAX. */
static void map_long_path(void)
{
	char *path = path_of("long");
	for (int depth = 0; strlen(path) < 3900; depth++) {
		if (mkdir(path, 0700) != 0)
			fail("mkdir: %s", strerror(errno));
		remember(path);
		size_t left = 3900 - strlen(path);
		char name[251];
		memset(name, 'a' + depth % 26, sizeof name);
		name[left < sizeof name ? left : sizeof name - 1] = '\0';
		path = text("%s/%s", path, name);
	}
	map_fd("long-path", make_file(path, page_size), path, "");
}

static void map_memfd(const char *label, const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)page_size) != 0)
		fail("memfd_create: %s", strerror(errno));
	char *at = must_place(page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(at, page_size);
	region(label, at, page_size, "memfd", hex_note(text("/memfd:%s", name), "deleted"));
	close(fd);
}

int main(void)
{
	begin();
	map_file("escape", "red \x1b[31mtext\x1b[0m \x1b]0;title\x07\x1b[2J");
	map_file("carriage-return", "hidden\rshown");
	map_file("tab", "one\ttwo");
	map_file("newline", "one\ntwo");
	map_file("forged-line", "x\n7f0000000000-7f0000001000 rwxp 00000000 00:00 0                          [heap]");
	map_file("trailing-spaces", "trailing  ");
	map_file("leading-spaces", "  leading");
	map_file("backslash", "back\\slash");
	map_file("literal-012", "lit\\012eral");
	map_file("not-deleted", "not really (deleted)");
	map_file("not-utf8", "latin-\xe9-\xff\xfe-end");
	map_file("formula", "=cmd|' /C calc'!A0");
	map_file("formula-at", "@SUM(1+1)*cmd|' _C calc'!A0");
	map_file("script", "<script>alert(1)</script>");
	map_file("markup", "<img src=x onerror=alert(1)>&amp;");
	map_file("quotes", "it's \"quoted\" `too` $(not run), ok");
	map_file("markdown", "a|b *bold* [link](x) `code`");
	map_file("github-command", "::error file=x::owned%0A");
	map_file("rtl-override", "gpj.\xe2\x80\xae" "exe");
	map_file("line-separator", "one\xe2\x80\xa8two\xe2\x80\xa9three");
	map_file("c1-control", "csi \xc2\x9b" "31m");
	map_file("wide-and-combining", "\xe6\x97\xa5\xe6\x9c\xac e\xcc\x81 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
	map_file("heap-name", "[heap]");
	map_file("percent", "100%s%n%d {{x}} ${y}");
	map_file("dash", "-rf --help");
	map_long_path();
	map_deleted("deleted", "gone.dat");
	map_deleted("deleted-twice", "gone (deleted)");
	map_deleted("deleted-newline", "gone\nnew line");
	map_replaced();
	map_linked();
	map_memfd("memfd-newline", "my fd\nname");
	map_memfd("memfd-escape", "\x1b[31mred");
	map_memfd("memfd-empty", "");
	map_memfd("memfd-deleted", "libx.so (deleted)");

	/* Looks like the end of the name in /proc/PID/stat, and breaks the line as well. */
	const char *comm = "a) R 1 (\n\x1b[31m";
	if (prctl(PR_SET_NAME, comm) != 0)
		fail("PR_SET_NAME: %s", strerror(errno));
	printf("comm\t%s\n", hex_note(comm, ""));
	printf("dir\t%s\n", tmp_dir());
	return finish();
}
