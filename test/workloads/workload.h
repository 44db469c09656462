/*
 * What the workload programs share.
 *
 * A workload sets up a memory layout, describes it on stdout, prints "ready" and waits for the end of its stdin:
 *
 *   label <TAB> start <TAB> end <TAB> kind [<TAB> note]    a mapping; the range is one line of /proc/PID/maps
 *   skip  <TAB> name  <TAB> reason                         what this kernel or container cannot make
 *   error <TAB> message                                    set-up failed; exit status 2 follows
 *   name  <TAB> value                                      a fact, such as the PID of a child
 *   ready
 *
 * A note is a list of words. "split" says that the range is covered by several VMAs, "moving" that the mapping is
 * there only part of the time, "hex=..." gives the bytes of the mapped file's path.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* Values newer than the libc headers of the oldest distribution we build on; they are part of the kernel's ABI. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#ifndef TMPFS_MAGIC
#define TMPFS_MAGIC 0x01021994
#endif

#define KIB 1024UL
#define MIB (1024UL * 1024UL)

static size_t page_size;

/* ---- Life and death ------------------------------------------------------------------------------------------ */

static pid_t owner;
/* Volatile: a signal handler reads them. */
static char *volatile leftovers[512];
static volatile sig_atomic_t leftover_count;

/* Newest first, so that directories are empty when their turn comes. Only system calls: it runs in signal handlers. */
static inline void remove_leftovers(void)
{
	if (getpid() != owner) /* a forked child must not take its parent's files away */
		return;
	while (leftover_count > 0) {
		leftover_count--;
		const char *path = leftovers[leftover_count];
		if (unlink(path) != 0)
			rmdir(path);
	}
}

static inline void on_signal(int number)
{
	remove_leftovers();
	_exit(128 + number);
}

static inline void begin(void)
{
	/* Static, because a buffer from malloc would change the heap that some programs describe. */
	static char buffer[64 * KIB];
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	owner = getpid();
	atexit(remove_leftovers);

	const int fatal[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
	sigset_t unblocked;
	sigemptyset(&unblocked);
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
		signal(fatal[i], on_signal);
		sigaddset(&unblocked, fatal[i]);
	}
	sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
	/* SIGTERM and not SIGKILL, so that a killed test run leaves no files either. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/*
 * fork, with a child that dies with its parent and leaves the parent's files alone. The parent-death signal is not
 * inherited; the parent may even be gone before the child asks for it.
 */
static inline pid_t fork_child(void)
{
	pid_t parent = getpid();
	fflush(stdout); /* or both would print what is buffered */
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return child;
}

static inline void ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* Reads the next line of stdin, "VERB COUNT"; whether there was one. */
static inline int next_command(char verb[32], unsigned long *count)
{
	char line[256];
	verb[0] = 0;
	*count = 0;
	if (fgets(line, sizeof line, stdin) == NULL)
		return 0;
	sscanf(line, "%31s %lu", verb, count);
	return 1;
}

static inline void wait_for_eof(void)
{
	char ignored[256];
	for (;;) {
		ssize_t n = read(STDIN_FILENO, ignored, sizeof ignored);
		if (n == 0 || (n < 0 && errno != EINTR))
			return;
	}
}

static inline int finish(void)
{
	ready();
	wait_for_eof();
	return 0;
}

__attribute__((noreturn, format(printf, 1, 2))) static inline void fail(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("error\t", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	fflush(stdout);
	exit(2);
}

/* ---- Speaking ------------------------------------------------------------------------------------------------ */

static inline void region(const char *label, const void *start, size_t length, const char *kind, const char *note)
{
	uintptr_t from = (uintptr_t)start;
	printf("%s\t%lx\t%lx\t%s", label, (unsigned long)from, (unsigned long)(from + length), kind);
	if (note != NULL && note[0] != '\0')
		printf("\t%s", note);
	putchar('\n');
}

__attribute__((format(printf, 2, 3))) static inline void skip(const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	printf("skip\t%s\t", name);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

static inline void skip_errno(const char *name, const char *call)
{
	skip(name, "%s: %s", call, strerror(errno));
}

/* ---- Strings and files --------------------------------------------------------------------------------------- */

/* printf into new memory, which nobody frees: these programs live for seconds. */
__attribute__((format(printf, 1, 2))) static inline char *text(const char *format, ...)
{
	char *result = NULL;
	va_list args;
	va_start(args, format);
	if (vasprintf(&result, format, args) < 0)
		fail("out of memory");
	va_end(args);
	return result;
}

/* A note that carries bytes which a line of text could not. */
static inline char *hex_note(const char *bytes, const char *words)
{
	size_t length = strlen(bytes);
	char *hex = malloc(2 * length + 1);
	if (hex == NULL)
		fail("out of memory");
	for (size_t i = 0; i < length; i++)
		sprintf(hex + 2 * i, "%02x", (unsigned char)bytes[i]);
	hex[2 * length] = '\0';
	return words[0] == '\0' ? text("hex=%s", hex) : text("%s hex=%s", words, hex);
}

/* Removes the file or empty directory when the program ends, however it ends. */
static inline void remember(const char *path)
{
	if (leftover_count == (int)(sizeof leftovers / sizeof *leftovers))
		fail("too many temporary files");
	char *copy = strdup(path);
	if (copy == NULL)
		fail("out of memory");
	leftovers[leftover_count] = copy;
	leftover_count++;
}

/* The program's own directory below $TMPDIR, made on first use. */
static inline const char *tmp_dir(void)
{
	static char *dir;
	if (dir == NULL) {
		const char *base = getenv("TMPDIR");
		/* The kernel prints the resolved path, so that is the one to speak of. */
		char *real = realpath(base != NULL && base[0] != '\0' ? base : "/tmp", NULL);
		if (real == NULL)
			fail("TMPDIR: %s", strerror(errno));
		dir = text("%s/mmapctl-workload-XXXXXX", real);
		if (mkdtemp(dir) == NULL)
			fail("mkdtemp %s: %s", dir, strerror(errno));
		remember(dir);
	}
	return dir;
}

/* A new file with that many bytes of content, open for reading and writing. */
static inline int make_file(const char *path, size_t size)
{
	char block[4096];
	memset(block, 'm', sizeof block);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("open: %s", strerror(errno));
	remember(path);
	for (size_t done = 0; done < size;) {
		size_t want = size - done < sizeof block ? size - done : sizeof block;
		ssize_t n = write(fd, block, want);
		if (n <= 0)
			fail("write: %s", strerror(errno));
		done += (size_t)n;
	}
	return fd;
}

/* $TMPDIR may be a tmpfs, whose pages are shmem and not page cache of a disk. */
static inline const char *file_kind(int fd, int shared)
{
	struct statfs fs;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
		return "shmem";
	return shared ? "file-shared" : "file-private";
}

/* ---- Placing mappings ---------------------------------------------------------------------------------------- */

static uintptr_t next_place;

/*
 * Where the kernel puts nothing by itself: far below the mmap area and far from the program. Random, so that two
 * runs of one program differ as any two processes do. The second choice is for 39-bit address spaces.
 */
static inline void choose_places(void)
{
	uint64_t random = 0;
	const void *bytes = (const void *)getauxval(AT_RANDOM);
	if (bytes != NULL)
		memcpy(&random, bytes, sizeof random);
	const uintptr_t candidates[] = {
		0x200000000000UL + ((random & 0xfff) << 30),
		0x1000000000UL + ((random & 0xf) << 30),
	};
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		void *wanted = (void *)candidates[i];
		void *got = mmap(wanted, page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (got == MAP_FAILED)
			continue;
		munmap(got, page_size);
		if (got == wanted) {
			next_place = candidates[i];
			return;
		}
	}
	fail("no free part of the address space found");
}

/* The next free address with that alignment, `skew` bytes behind it; `length` bytes and a hole are set aside. */
static inline void *take_place(size_t length, size_t align, size_t skew)
{
	if (next_place == 0)
		choose_places();
	uintptr_t at = ((next_place + align - 1) & ~(uintptr_t)(align - 1)) + skew;
	/* The hole keeps the kernel from merging neighbours into one VMA. */
	next_place = ((at + length + page_size - 1) & ~(uintptr_t)(page_size - 1)) + page_size;
	return (void *)at;
}

/* mmap at an address of our own choice; MAP_FAILED with errno as mmap does. */
static inline void *place_aligned(size_t length, size_t align, size_t skew, int prot, int flags, int fd, off_t offset)
{
	return mmap(take_place(length, align, skew), length, prot, flags | MAP_FIXED_NOREPLACE, fd, offset);
}

static inline void *place(size_t length, int prot, int flags, int fd, off_t offset)
{
	return place_aligned(length, page_size, 0, prot, flags, fd, offset);
}

/* For mappings that every kernel can make. */
static inline void *must_place(size_t length, int prot, int flags, int fd, off_t offset)
{
	void *at = place(length, prot, flags, fd, offset);
	if (at == MAP_FAILED)
		fail("mmap of %zu bytes: %s", length, strerror(errno));
	return at;
}

static inline void *place_anonymous(size_t length)
{
	return must_place(length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Writes one byte per page. */
static inline void touch(void *start, size_t length)
{
	for (size_t i = 0; i < length; i += page_size)
		((volatile char *)start)[i] = (char)(1 + i / page_size % 127);
}

/* Reads one byte per page. */
static inline void touch_read(const void *start, size_t length)
{
	for (size_t i = 0; i < length; i += page_size)
		(void)((const volatile char *)start)[i];
}

/* ---- Looking at ourselves ------------------------------------------------------------------------------------ */

struct vma {
	unsigned long start, end, offset;
	char perms[5];
	char name[256]; /* cut when longer */
};

/* One line of an open /proc/self/maps; 0 at its end. */
static inline int next_vma(FILE *maps, struct vma *vma)
{
	static char line[16 * KIB];
	if (fgets(line, sizeof line, maps) == NULL)
		return 0;
	int name_at = 0;
	unsigned long inode;
	if (sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu %n", &vma->start, &vma->end, vma->perms, &vma->offset, &inode,
		   &name_at) != 5)
		fail("unexpected line in /proc/self/maps");
	line[strcspn(line, "\n")] = '\0';
	vma->name[0] = '\0';
	strncat(vma->name, line + name_at, sizeof vma->name - 1);
	return 1;
}

static inline int find_vma(const void *address, struct vma *vma)
{
	unsigned long wanted = (unsigned long)(uintptr_t)address;
	int found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		fail("/proc/self/maps: %s", strerror(errno));
	while (!found && next_vma(maps, vma))
		found = vma->start <= wanted && wanted < vma->end;
	fclose(maps);
	return found;
}

/* For mappings whose place or size the kernel or libc chose. */
static inline void region_at(const char *label, const void *address, const char *kind, const char *note)
{
	struct vma vma;
	if (!find_vma(address, &vma))
		fail("%s: no mapping at %p", label, address);
	region(label, (const void *)vma.start, vma.end - vma.start, kind, note);
}

/* A number from a one-line file below /proc or /sys, or `otherwise`. */
static inline long read_number(const char *path, long otherwise)
{
	FILE *file = fopen(path, "re");
	long value;
	if (file == NULL)
		return otherwise;
	if (fscanf(file, "%ld", &value) != 1)
		value = otherwise;
	fclose(file);
	return value;
}

/* A count on the command line. */
static inline long number_argument(int argc, char **argv, int index, long otherwise)
{
	if (argc <= index)
		return otherwise;
	char *end;
	errno = 0;
	long value = strtol(argv[index], &end, 10);
	if (end == argv[index] || *end != '\0' || value < 0 || errno != 0)
		fail("not a number: %s", argv[index]);
	return value;
}

/* Says so at once, instead of failing half way with ENOMEM. */
static inline void need_map_count(long wanted)
{
	long limit = read_number("/proc/sys/vm/max_map_count", 65530);
	if (wanted + 100 > limit)
		fail("vm.max_map_count is %ld, %ld needed", limit, wanted + 100);
}

/* The default huge page size in bytes, 0 without hugetlb support. */
static inline size_t hugetlb_page_size(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];
	unsigned long kib = 0;
	if (file == NULL)
		return 0;
	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "Hugepagesize: %lu kB", &kib) == 1)
			break;
	fclose(file);
	return kib * KIB;
}

#endif
