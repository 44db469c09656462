/*
 * ailing ROLE: what `mmapctl doctor` is to find, and what nearly is it.
 *
 * ill, well    80 MiB of huge pages, shared with a forked child: of ill nearly all zeros, of well all written.
 *              With swap, memory that is locked while it is in swap: of ill only from its next touch on
 *              (MLOCK_ONFAULT), of well at once.
 * syncing      stores to the same 512 pages of a file mapped shared, and syncs them, all the time
 * growing      stores to pages of a file mapped shared that it has not touched yet, all the time, and never syncs
 * hurried      with swap, memory that is there and not locked, under a real-time policy
 * patient      the same under the ordinary policy
 * gulping      touches a huge page that it advised, and gives it back, all the time; its first line of stdin starts it
 * spare N      hugetlb memory: all pages of the pool but N reserved, and four more mapped with MAP_NORESERVE
 * holding N    N MiB of locked memory
 */
#include "workload.h"

#include <sched.h>
#include <sys/sysinfo.h>

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

#define HUGE_PAGES 40
#define PAGES 512
#define LOCKED (2 * MIB)

static volatile sig_atomic_t done;

static void *until_eof(void *nothing)
{
	wait_for_eof();
	done = 1;
	return nothing;
}

static void huge_memory(int sparse)
{
	long pmd = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
	if (pmd <= 0) {
		skip("huge", "no transparent huge pages in this kernel");
		return;
	}
	size_t huge = (size_t)pmd;
	size_t length = HUGE_PAGES * huge;
	char *at = place_aligned(length, huge, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED || madvise(at, length, MADV_HUGEPAGE) != 0)
		fail("advised memory: %s", strerror(errno));
	for (size_t i = 0; i < length; i += sparse ? huge : page_size)
		at[i] = 1;
	region("huge", at, length, "anonymous", NULL);
}

/* Memory that was pushed out to swap; NULL, and the reason, where that cannot be. */
static char *swapped_memory(const char *label)
{
	struct sysinfo info;
	if (sysinfo(&info) != 0 || info.totalswap == 0) {
		skip(label, "no swap");
		return NULL;
	}
	char *at = place_anonymous(LOCKED);
	madvise(at, LOCKED, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < LOCKED; i += sizeof(long))
		*(long *)(void *)(at + i) = (long)(i * 2654435761UL);
	if (madvise(at, LOCKED, MADV_PAGEOUT) != 0) {
		skip_errno(label, "MADV_PAGEOUT");
		return NULL;
	}
	return at;
}

static void locked_memory(int on_fault)
{
	char *at = swapped_memory("locked");
	if (at == NULL)
		return;
	if (syscall(SYS_mlock2, at, LOCKED, on_fault ? MLOCK_ONFAULT : 0) != 0) {
		skip_errno("locked", "mlock2");
		return;
	}
	region("locked", at, LOCKED, "anonymous", NULL);
}

static int stand(int ill)
{
	huge_memory(ill);
	locked_memory(ill);
	pid_t child = fork_child();
	if (child == 0)
		for (;;)
			pause();
	if (child < 0)
		fail("fork: %s", strerror(errno));
	printf("child\t%d\n", (int)child);
	finish();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

static int store(int sync)
{
	/* Enough to grow for minutes; sparse, so that it costs no disk before it is stored to. */
	size_t length = sync ? PAGES * page_size : 16UL * 1024 * MIB;
	int fd = make_file(text("%s/stored.dat", tmp_dir()), page_size);
	if (ftruncate(fd, (off_t)length) != 0)
		fail("ftruncate: %s", strerror(errno));
	char *at = must_place(length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	pthread_t reader;
	if (pthread_create(&reader, NULL, until_eof, NULL) != 0)
		fail("pthread_create");
	touch(at, PAGES * page_size);
	region("stored", at, length, file_kind(fd, 1), NULL);
	ready();
	for (size_t page = 0; !done && page < length / page_size; page = sync && page == PAGES - 1 ? 0 : page + 1) {
		at[page * page_size]++;
		if (sync && page == PAGES - 1 && msync(at, length, MS_SYNC) != 0)
			fail("msync: %s", strerror(errno));
		/* Fast enough to be seen, and no more than some MiB a second. */
		if (!sync && page % 16 == 0)
			usleep(2000);
	}
	pthread_join(reader, NULL);
	return 0;
}

static int wait_under(int policy)
{
	char *at = swapped_memory("swapped");
	const struct sched_param priority = {.sched_priority = sched_get_priority_min(policy)};
	if (at != NULL && sched_setscheduler(0, policy, &priority) != 0)
		skip_errno("swapped", "sched_setscheduler");
	else if (at != NULL)
		region("swapped", at, LOCKED, "anonymous", NULL);
	return finish();
}

static int gulp(void)
{
	size_t huge = (size_t)read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 2 * MIB);
	char *at = place_aligned(huge, huge, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED || madvise(at, huge, MADV_HUGEPAGE) != 0)
		fail("advised memory: %s", strerror(errno));
	ready();
	/* Where its memory is charged is decided from outside, before it has any. */
	char line[16];
	if (fgets(line, sizeof line, stdin) == NULL)
		return 0;
	puts("ok");
	fflush(stdout);
	pthread_t reader;
	if (pthread_create(&reader, NULL, until_eof, NULL) != 0)
		fail("pthread_create");
	while (!done) {
		*(volatile char *)at = 1;
		madvise(at, huge, MADV_DONTNEED);
		usleep(500);
	}
	pthread_join(reader, NULL);
	return 0;
}

static int spare(long pages)
{
	const size_t huge = hugetlb_page_size();
	char *pool = text("/sys/kernel/mm/hugepages/hugepages-%zukB", huge / KIB);
	long left = read_number(text("%s/free_hugepages", pool), 0) - read_number(text("%s/resv_hugepages", pool), 0);
	if (left <= pages)
		fail("%ld pages to be had in the pool", left);
	const int hugetlb = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	size_t length = (size_t)(left - pages) * huge;
	char *at = place_aligned(length, huge, 0, PROT_READ | PROT_WRITE, hugetlb, -1, 0);
	char *more = place_aligned(4 * huge, huge, 0, PROT_READ | PROT_WRITE, hugetlb | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED || more == MAP_FAILED)
		fail("hugetlb memory: %s", strerror(errno));
	*(volatile char *)at = 1;
	region("reserved", at, length, "hugetlb", NULL);
	region("unreserved", more, 4 * huge, "hugetlb", NULL);
	return finish();
}

static int hold(size_t length)
{
	char *at = place_aligned(length, 2 * MIB, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	/* Gigabytes of small pages take a while. */
	madvise(at, length, MADV_HUGEPAGE);
	if (mlock(at, length) != 0)
		fail("mlock: %s", strerror(errno));
	region("held", at, length, "anonymous", NULL);
	return finish();
}

int main(int argc, char **argv)
{
	begin();
	const char *role = argc > 1 ? argv[1] : "";
	if (strcmp(role, "ill") == 0 || strcmp(role, "well") == 0)
		return stand(role[0] == 'i');
	if (strcmp(role, "syncing") == 0 || strcmp(role, "growing") == 0)
		return store(role[0] == 's');
	if (strcmp(role, "hurried") == 0 || strcmp(role, "patient") == 0)
		return wait_under(role[0] == 'h' ? SCHED_FIFO : SCHED_OTHER);
	if (strcmp(role, "gulping") == 0)
		return gulp();
	if (strcmp(role, "spare") == 0)
		return spare(number_argument(argc, argv, 2, 0));
	if (strcmp(role, "holding") == 0)
		return hold((size_t)number_argument(argc, argv, 2, 1) * MIB);
	fail("ailing ill|well|syncing|growing|hurried|patient|gulping|spare N|holding N");
}
