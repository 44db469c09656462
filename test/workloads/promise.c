/*
 * promise: asks the kernel for memory in every way that is charged, or is not, and as little of it as it is told.
 *
 * Obeys lines of stdin, each answered with `ok`, with `ok` and a number, or with an error line. The last mapping made
 * is the one that the others mean.
 *
 *   private N, readonly N, noreserve N, idle N, shared N, loose N    maps N MiB: private; the same read-only,
 *                       MAP_NORESERVE, without access and MAP_NORESERVE; shared anonymous; the same MAP_NORESERVE
 *   segment N, memfd N, tmpfs N    a System V segment that nobody attaches (any more), a memfd of which N MiB are written but that
 *                       is not mapped, a deleted file of N MiB in /dev/shm
 *   write               makes the mapping writable
 *   touch N             writes N MiB of it
 *   unmap               unmaps it, removes the segment, closes the file
 *   fork                forks a child that waits, and answers with its PID
 *   vfork               a child in the same memory, that waits; answers with its PID
 *   reap                ends that child
 *   as N, data N, memlock N    limits itself to N MiB
 *   pieces N            cuts a mapping in pieces, so that there are N more
 */
#include "workload.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/shm.h>

static char *at;
static size_t size;
static int segment = -1, fd = -1;
static pid_t child;

static const char *map(size_t length, int prot, int flags)
{
	void *start = mmap(NULL, length, prot, flags | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return strerror(errno);
	at = start;
	size = length;
	return NULL;
}

/* One page is written: of a segment without any nobody can tell whether its pages are of the hugetlb pool. */
static const char *make_segment(size_t length)
{
	segment = shmget(IPC_PRIVATE, length, 0600);
	char *page = segment < 0 ? (void *)-1 : shmat(segment, NULL, 0);
	if (page == (void *)-1)
		return strerror(errno);
	*page = 1;
	shmdt(page);
	return NULL;
}

static const char *fill(int file, size_t length)
{
	if (file < 0 || fallocate(file, 0, 0, (off_t)length) != 0)
		return strerror(errno);
	fd = file;
	return NULL;
}

static const char *in_dev_shm(size_t length)
{
	char *path = text("/dev/shm/mmapctl-promise-%d", (int)getpid());
	int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	unlink(path);
	return fill(file, length);
}

static const char *limit(int resource, size_t most)
{
	struct rlimit value = {most, most};
	return setrlimit(resource, &value) == 0 ? NULL : strerror(errno);
}

static const char *drop(void)
{
	if (segment >= 0)
		shmctl(segment, IPC_RMID, NULL);
	if (fd >= 0)
		close(fd);
	if (size > 0)
		munmap(at, size);
	segment = fd = -1;
	size = 0;
	return NULL;
}

static int wait_forever(void *unused)
{
	(void)unused;
	while (pause() < 0)
		;
	return 0;
}

static const char *start_child(int flags)
{
	static char stack[64 * KIB];
	child = flags == 0 ? fork_child() : clone(wait_forever, stack + sizeof stack, flags | SIGCHLD, NULL);
	if (child == 0)
		wait_forever(NULL);
	return child < 0 ? strerror(errno) : NULL;
}

static const char *reap(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
	return NULL;
}

/* Every other page read-only: neighbours of different rights do not merge. */
static const char *cut(size_t pieces)
{
	char *start = mmap(NULL, (pieces + 1) * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return strerror(errno);
	for (size_t i = 1; i < pieces; i += 2)
		if (mprotect(start + i * page_size, page_size, PROT_READ) != 0)
			return strerror(errno);
	return NULL;
}

static const char *obey(const char *verb, size_t count)
{
	const int private = MAP_PRIVATE, shared = MAP_SHARED, both = PROT_READ | PROT_WRITE;
	size_t bytes = count * MIB;
#define IS(word) (strcmp(verb, word) == 0)
	if (IS("private"))
		return map(bytes, both, private);
	if (IS("readonly"))
		return map(bytes, PROT_READ, private);
	if (IS("noreserve"))
		return map(bytes, both, private | MAP_NORESERVE);
	if (IS("idle"))
		return map(bytes, PROT_NONE, private | MAP_NORESERVE);
	if (IS("shared"))
		return map(bytes, both, shared);
	if (IS("loose"))
		return map(bytes, both, shared | MAP_NORESERVE);
	if (IS("segment"))
		return make_segment(bytes);
	if (IS("memfd"))
		return fill(memfd_create("promise", MFD_CLOEXEC), bytes);
	if (IS("tmpfs"))
		return in_dev_shm(bytes);
	if (IS("write"))
		return mprotect(at, size, both) == 0 ? NULL : strerror(errno);
	if (IS("touch"))
		return touch(at, bytes), NULL;
	if (IS("unmap"))
		return drop();
	if (IS("fork"))
		return start_child(0);
	if (IS("vfork"))
		return start_child(CLONE_VM);
	if (IS("reap"))
		return reap();
	if (IS("as"))
		return limit(RLIMIT_AS, bytes);
	if (IS("data"))
		return limit(RLIMIT_DATA, bytes);
	if (IS("memlock"))
		return limit(RLIMIT_MEMLOCK, bytes);
	if (IS("pieces"))
		return cut(count);
	return "unknown command";
}

int main(void)
{
	/* A buffer from malloc would be a promise more, made at the first line. */
	static char input[4 * KIB];
	begin();
	setvbuf(stdin, input, _IOFBF, sizeof input);
	ready();
	char verb[32];
	unsigned long count;
	while (next_command(verb, &count)) {
		const char *problem = obey(verb, count);
		if (problem != NULL)
			printf("error\t%s\n", problem);
		else if (child > 0 && strstr(verb, "fork") != NULL)
			printf("ok\t%d\n", (int)child);
		else
			puts("ok");
		fflush(stdout);
	}
	if (child > 0)
		reap();
	drop();
	return 0;
}
