/*
 * Does what its arguments say, one after the other, and ends with status 0:
 *
 *   anon:MIB    maps and touches memory of its own      free       gives back what it mapped last
 *   file:PATH   maps a file and reads every page        lock:KIB   locks memory
 *   sleep:MS    sleeps                                  say:PATH   writes what the kernel says of it into a file
 *   exit:N      ends with a status                      raise:N    sends itself a signal
 *   ignore:N    ignores a signal                        fork ... end  a child does what is between, and ends
 *   wait        waits for all children                  thread:MIB a thread that maps and touches memory, and ends
 *   leave:MIB   ends the first thread; another maps     spawn:N    starts /bin/true so often, by posix_spawn
 *               and touches memory, and ends it all
 *   exec        becomes this program with the rest      thread-exec  the same, from another thread
 *   traceme     ends with status 3 if it is traced      daemon     goes on as an orphan in a session of its own
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char *last;
static size_t last_bytes;

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	exit(99);
}

static char *touched(size_t bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap");
	madvise(at, bytes, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < bytes; i += 4096)
		((volatile char *)at)[i] = 1;
	return at;
}

static void read_file(const char *path)
{
	struct stat facts;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &facts) != 0)
		fail(path);
	char *at = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		fail("mmap");
	for (off_t i = 0; i < facts.st_size; i += 4096)
		(void)((volatile char *)at)[i];
	close(fd);
}

/* The lines of status, and the faults so far; nothing is allocated for it. */
static void say(const char *path)
{
	static char text[16384];
	struct rusage usage;
	int from = open("/proc/self/status", O_RDONLY);
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (from < 0 || to < 0)
		fail(path);
	ssize_t length = read(from, text, sizeof text - 128);
	getrusage(RUSAGE_SELF, &usage);
	length += sprintf(text + length, "minflt: %ld\nmajflt: %ld\n", usage.ru_minflt, usage.ru_majflt);
	if (write(to, text, (size_t)length) != length)
		fail("write");
	close(from);
	close(to);
}

static void *in_thread(void *mib)
{
	size_t bytes = (size_t)(long)mib << 20;
	if (bytes > 0)
		munmap(touched(bytes), bytes);
	return NULL;
}

static void *outlive(void *mib)
{
	usleep(30000);
	touched((size_t)(long)mib << 20);
	usleep(30000);
	return NULL;
}

static char **rest;

static void *exec_rest(void *unused)
{
	execv("/proc/self/exe", rest);
	fail(unused == NULL ? "execv" : "");
}

static long value(const char *act)
{
	const char *colon = strchr(act, ':');
	return colon == NULL ? 0 : atol(colon + 1);
}

static int is(const char *act, const char *name)
{
	size_t length = strlen(name);
	return strncmp(act, name, length) == 0 && (act[length] == ':' || act[length] == 0);
}

int main(int argc, char **argv)
{
	int child = 0;
	for (int i = 1; i < argc; i++) {
		const char *act = argv[i];
		if (is(act, "anon")) {
			last_bytes = (size_t)value(act) << 20;
			last = touched(last_bytes);
		} else if (is(act, "free")) {
			munmap(last, last_bytes);
		} else if (is(act, "file")) {
			read_file(act + 5);
		} else if (is(act, "lock")) {
			char *at = touched((size_t)value(act) << 10);
			if (mlock(at, (size_t)value(act) << 10) != 0)
				fail("mlock");
		} else if (is(act, "sleep")) {
			struct timespec time = {value(act) / 1000, value(act) % 1000 * 1000000};
			while (nanosleep(&time, &time) != 0)
				;
		} else if (is(act, "say")) {
			say(act + 4);
		} else if (is(act, "exit")) {
			_exit((int)value(act));
		} else if (is(act, "raise")) {
			raise((int)value(act));
		} else if (is(act, "ignore")) {
			signal((int)value(act), SIG_IGN);
		} else if (is(act, "fork")) {
			if (fork() == 0)
				child = 1;
			else
				while (++i < argc && !is(argv[i], "end"))
					;
		} else if (is(act, "end")) {
			if (child)
				_exit(0);
		} else if (is(act, "wait")) {
			while (wait(NULL) > 0)
				;
		} else if (is(act, "thread")) {
			pthread_t thread;
			pthread_create(&thread, NULL, in_thread, (void *)value(act));
			pthread_join(thread, NULL);
		} else if (is(act, "leave")) {
			pthread_t thread;
			pthread_create(&thread, NULL, outlive, (void *)value(act));
			pthread_exit(NULL);
		} else if (is(act, "spawn")) {
			char *words[] = {"true", NULL};
			for (long n = value(act); n > 0; n--) {
				pid_t pid;
				if (posix_spawn(&pid, "/bin/true", NULL, NULL, words, environ) != 0)
					fail("posix_spawn");
				waitpid(pid, NULL, 0);
			}
		} else if (is(act, "exec")) {
			rest = argv + i;
			exec_rest(NULL);
		} else if (is(act, "thread-exec")) {
			pthread_t thread;
			rest = argv + i;
			pthread_create(&thread, NULL, exec_rest, NULL);
			for (;;)
				pause();
		} else if (is(act, "traceme")) {
			if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
				_exit(3);
		} else if (is(act, "daemon")) {
			if (fork() != 0)
				_exit(0);
			setsid();
		} else {
			fail(act);
		}
	}
	_exit(0);
}
