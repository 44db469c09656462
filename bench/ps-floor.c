/*
 * ps-floor FILE...: reads these files of every process, each through its directory held open, and keeps nothing: what a
 * list of processes cannot cost less than.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static char buffer[64 * 1024];

static long read_all(int directory, const char *name)
{
	long bytes = 0;
	ssize_t count;
	int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	while ((count = read(file, buffer, sizeof buffer)) > 0)
		bytes += count;
	close(file);
	return bytes;
}

int main(int argc, char **argv)
{
	long bytes = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	if (proc == NULL)
		return 1;
	while ((entry = readdir(proc)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		int directory = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0)
			continue;
		for (int i = 1; i < argc; i++)
			bytes += read_all(directory, argv[i]);
		close(directory);
	}
	printf("%ld\n", bytes);
	return 0;
}
