/*
 * What the programs of `mmapctl faults` share. They run to their end and print nothing unless they say so; how many
 * faults they take is known from their text. Huge pages are off wherever a count matters.
 */
#ifndef FAULTS_H
#define FAULTS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static inline size_t page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static inline long number(int argc, char **argv, int index, long fallback)
{
	return argc > index ? atol(argv[index]) : fallback;
}

static inline int has(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], word) == 0)
			return 1;
	return 0;
}

__attribute__((noreturn)) static inline void fail(const char *what)
{
	perror(what);
	exit(9);
}

static inline char *map(size_t pages, int flags, int fd)
{
	char *at = mmap(NULL, pages * page(), PROT_READ | PROT_WRITE, flags, fd, 0);
	if (at == MAP_FAILED)
		fail("mmap");
	return at;
}

static inline char *anonymous(size_t pages)
{
	char *at = map(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(at, pages * page(), MADV_NOHUGEPAGE);
	return at;
}

/* Not inlined: tests look for the name. */
__attribute__((noinline)) static void write_pages(char *at, size_t pages)
{
	size_t size = page();
	for (size_t i = 0; i < pages; i++)
		((volatile char *)at)[i * size] = 1;
}

__attribute__((noinline)) static void read_pages(const char *at, size_t pages)
{
	size_t size = page();
	for (size_t i = 0; i < pages; i++)
		(void)((const volatile char *)at)[i * size];
}

/* So that a program need not use both. */
static inline void unused_faults(void)
{
	(void)write_pages;
	(void)read_pages;
}

#endif
