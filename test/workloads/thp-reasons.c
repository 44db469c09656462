/*
 * A mapping for every reason that memory is not in huge pages of the PMD size which a program can bring about by itself.
 * All is fully touched unless the label says otherwise; the note has the reason that
 * mmapctl gives in mode madvise, with shared memory set to never.
 *
 * With the argument "prctl" the process switches huge pages off for itself first.
 */
#include "workload.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static size_t huge;

static char *anonymous(size_t length, size_t skew)
{
	char *at = place_aligned(length, huge, skew, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap of %zu bytes: %s", length, strerror(errno));
	return at;
}

static char *advised(size_t length, size_t skew)
{
	char *at = anonymous(length, skew);
	if (madvise(at, length, MADV_HUGEPAGE) != 0)
		fail("MADV_HUGEPAGE: %s", strerror(errno));
	return at;
}

static char *touched(char *at, size_t length)
{
	touch(at, length);
	return at;
}

static void simple(void)
{
	region("advised", touched(advised(4 * huge, 0), 4 * huge), 4 * huge, "anonymous", "reason=huge");
	region("unadvised", touched(anonymous(4 * huge, 0), 4 * huge), 4 * huge, "anonymous", "reason=not-advised");
	region("untouched", advised(4 * huge, 0), 4 * huge, "anonymous", "reason=not-resident");

	char *forbidden = anonymous(4 * huge, 0);
	if (madvise(forbidden, 4 * huge, MADV_NOHUGEPAGE) != 0)
		fail("MADV_NOHUGEPAGE: %s", strerror(errno));
	region("nohugepage", touched(forbidden, 4 * huge), 4 * huge, "anonymous", "reason=nohugepage");

	size_t half = huge / 2;
	region("too-small", touched(advised(half, 0), half), half, "anonymous", "reason=too-small");
	/* Nearly two huge pages long, and none fits in. */
	size_t nearly = 2 * huge - 2 * page_size;
	region("misaligned", touched(advised(nearly, page_size), nearly), nearly, "anonymous", "reason=misaligned");
	/* Half a huge page, three whole ones, half a one. */
	region("straddling", touched(advised(4 * huge, half), 4 * huge), 4 * huge, "anonymous", "reason=misaligned");

	/* Reading maps the page of zeros, which is nobody's memory. */
	char *zeros = advised(2 * huge, 0);
	touch_read(zeros, 2 * huge);
	region("read-only-touched", zeros, 2 * huge, "anonymous", "reason=not-resident");
}

/* A hole of a page in the middle of the first huge page, and a page without rights in the second of another mapping. */
static void cut(void)
{
	char *holed = touched(advised(4 * huge, 0), 4 * huge);
	size_t before = huge / 2;
	munmap(holed + before, page_size);
	region("holed-low", holed, before, "anonymous", "reason=split");
	region("holed-high", holed + before + page_size, 4 * huge - before - page_size, "anonymous", "reason=split");

	char *divided = touched(advised(4 * huge, 0), 4 * huge);
	if (mprotect(divided + huge, page_size, PROT_READ) != 0)
		fail("mprotect: %s", strerror(errno));
	region("divided-head", divided, huge, "anonymous", "reason=huge");
	region("divided-page", divided + huge, page_size, "anonymous", "reason=split");
	region("divided-tail", divided + huge + page_size, 3 * huge - page_size, "anonymous", "reason=split");
}

static void shared(void)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS;
	char *at = place_aligned(4 * huge, huge, 0, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (at == MAP_FAILED)
		fail("shared mmap: %s", strerror(errno));
	madvise(at, 4 * huge, MADV_HUGEPAGE);
	region("shared-advised", touched(at, 4 * huge), 4 * huge, "anonymous-shared", "reason=shmem-never");

	int fd = (int)syscall(SYS_memfd_create, "thp-reasons", 0U);
	if (fd < 0 || ftruncate(fd, (off_t)(2 * huge)) != 0) {
		skip_errno("memfd", "memfd_create");
		return;
	}
	at = place_aligned(2 * huge, huge, 0, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		fail("memfd mmap: %s", strerror(errno));
	region("memfd", touched(at, 2 * huge), 2 * huge, "memfd", "reason=shmem-never");
}

static void file(void)
{
	const char *path = text("%s/thp-file", tmp_dir());
	int fd = make_file(path, 2 * huge);
	char *at = place_aligned(2 * huge, huge, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		fail("file mmap: %s", strerror(errno));
	region("file-copied", touched(at, 2 * huge), 2 * huge, file_kind(fd, 0), "reason=copied");
	at = place_aligned(2 * huge, huge, page_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		fail("file mmap: %s", strerror(errno));
	touch_read(at, 2 * huge);
	/* Out of step with the file, so that no large folio of any file system can be mapped whole. */
	region("file-read", at, 2 * huge, file_kind(fd, 0), "reason=file");
}

/* Advised too late, all of it there or every second half of it: only khugepaged can make it huge now, if it has not. */
static void late(const char *label, size_t step)
{
	char *at = anonymous(4 * huge, 0);
	for (size_t i = 0; i < 4 * huge; i += step)
		touch(at + i, huge / 2);
	/* The child that comes later is not to share it. */
	if (madvise(at, 4 * huge, MADV_DONTFORK) != 0 || madvise(at, 4 * huge, MADV_HUGEPAGE) != 0)
		fail("advice on %s: %s", label, strerror(errno));
	region(label, at, 4 * huge, "anonymous", "reason=khugepaged-waits");
}

/* Huge although nobody has advised it; EINVAL before Linux 6.1. */
static void collapsed(void)
{
	char *at = touched(anonymous(2 * huge, 0), 2 * huge);
	if (madvise(at, 2 * huge, MADV_COLLAPSE) != 0) {
		skip_errno("collapsed", "MADV_COLLAPSE");
		munmap(at, 2 * huge);
		return;
	}
	region("collapsed", at, 2 * huge, "anonymous", "reason=huge");
}

/* A child keeps its copy; the parent writes to a byte of each huge page, which takes the huge mappings apart. */
static pid_t forked(void)
{
	char *kept = touched(advised(4 * huge, 0), 4 * huge);
	char *written = touched(advised(4 * huge, 0), 4 * huge);
	pid_t child = fork_child();
	if (child == 0) {
		for (;;)
			pause();
	}
	if (child < 0)
		fail("fork: %s", strerror(errno));
	for (size_t i = 0; i < 4 * huge; i += huge)
		written[i] = 2;
	printf("child\t%d\n", (int)child);
	region("fork-kept", kept, 4 * huge, "anonymous", "reason=huge");
	region("fork-written", written, 4 * huge, "anonymous", "reason=forked");
	return child;
}

int main(int argc, char **argv)
{
	begin();
	long pmd = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
	if (pmd <= 0) {
		skip("thp", "no transparent huge pages in this kernel");
		return finish();
	}
	huge = (size_t)pmd;
	if (argc > 1 && strcmp(argv[1], "prctl") == 0 && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
		fail("PR_SET_THP_DISABLE: %s", strerror(errno));
	simple();
	cut();
	shared();
	file();
	late("late", huge / 2);
	late("late-half", huge);
	collapsed();
	pid_t child = forked();
	finish();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
