/*
 * burdens: what weighs on the whole host, made one at a time by lines on stdin, each answered with "ok":
 *
 * segment M    a System V segment of M MiB, written and attached, by a process that has ended; answers with its ID
 * detach       nobody attaches that segment any more; it is removed when this program ends
 * cold M       M MiB that were written and are in swap
 * warm         a thread that reads pages of it here and there, and gives them back to swap, for ever
 * stored M     M MiB stored to a file through a mapping; again does so once more
 */
#include "workload.h"

#include <sys/shm.h>

static int segment_id = -1;
static void *segment;

/* Nobody else would: a segment outlives who made it. */
static void remove_segment(void)
{
	if (segment_id >= 0 && getpid() == owner)
		shmctl(segment_id, IPC_RMID, NULL);
}

static void remove_on_signal(int number)
{
	remove_segment();
	on_signal(number);
}

static const char *make_segment(size_t bytes)
{
	int ids[2];
	if (pipe(ids) != 0)
		return strerror(errno);
	pid_t maker = fork_child();
	if (maker == 0) {
		int id = shmget(IPC_PRIVATE, bytes, 0600);
		_exit(write(ids[1], &id, sizeof id) == sizeof id ? 0 : 1);
	}
	if (maker < 0 || read(ids[0], &segment_id, sizeof segment_id) != sizeof segment_id || segment_id < 0)
		return "no segment";
	waitpid(maker, NULL, 0);
	close(ids[0]);
	close(ids[1]);
	atexit(remove_segment);
	signal(SIGTERM, remove_on_signal);
	signal(SIGINT, remove_on_signal);
	segment = shmat(segment_id, NULL, 0);
	if (segment == (void *)-1)
		return strerror(errno);
	memset(segment, 1, bytes);
	return NULL;
}

static char *area;
static size_t area_size;

/* Different from page to page, so that a compressing swap does not make little of it. */
static void fill(char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += sizeof(long))
		*(long *)(void *)(at + i) = (long)(i * 2654435761UL);
}

static const char *page_out(void)
{
	return madvise(area, area_size, MADV_PAGEOUT) == 0 ? NULL : strerror(errno);
}

static const char *cold(size_t bytes)
{
	area = place_anonymous(bytes);
	area_size = bytes;
	madvise(area, bytes, MADV_NOHUGEPAGE);
	fill(area, bytes);
	/* Pages still on a per-CPU list stay the first time. */
	const char *problem = NULL;
	for (int attempt = 0; attempt < 10 && problem == NULL; attempt++, usleep(10000))
		problem = page_out();
	return problem;
}

static void *read_and_page_out(void *unused)
{
	const size_t pages = area_size / page_size;
	(void)unused;
	for (size_t at = 0;;) {
		for (int i = 0; i < 32; i++, at += 1021)
			(void)*(volatile char *)(area + at % pages * page_size);
		page_out();
	}
	return NULL;
}

static const char *warm(void)
{
	pthread_t thread;
	int problem = pthread_create(&thread, NULL, read_and_page_out, NULL);
	return problem == 0 ? NULL : strerror(problem);
}

static const char *stored(size_t bytes)
{
	if (area == NULL) {
		int fd = make_file(text("%s/stored", tmp_dir()), page_size);
		if (ftruncate(fd, (off_t)bytes) != 0)
			return strerror(errno);
		area = must_place(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		area_size = bytes;
		close(fd);
	}
	touch(area, area_size);
	return NULL;
}

static const char *obey(const char *verb, size_t count)
{
#define IS(word) (strcmp(verb, word) == 0)
	if (IS("segment"))
		return make_segment(count * MIB);
	if (IS("detach"))
		return shmdt(segment) == 0 ? NULL : strerror(errno);
	if (IS("cold"))
		return cold(count * MIB);
	if (IS("warm"))
		return warm();
	if (IS("stored") || IS("again"))
		return stored(count * MIB);
	return "unknown command";
}

int main(void)
{
	begin();
	ready();
	char verb[32];
	unsigned long count;
	while (next_command(verb, &count)) {
		const char *problem = obey(verb, count);
		if (problem != NULL)
			printf("error\t%s\n", problem);
		else if (IS("segment"))
			printf("ok %d\n", segment_id);
		else
			puts("ok");
		fflush(stdout);
	}
	return 0;
}
