/*
 * A process whose main thread is gone while another lives: /proc/PID/maps is empty then, and all is to be found below
 * /proc/PID/task/TID.
 */
#include "workload.h"

#define TOUCHED (8 * MIB)

/* The state letter of the main thread, found behind the last ")" of its stat line. */
static char leader_state(void)
{
	char line[1024];
	FILE *file = fopen(text("/proc/self/task/%d/stat", (int)getpid()), "re");
	if (file == NULL || fgets(line, sizeof line, file) == NULL)
		fail("stat of the main thread: %s", strerror(errno));
	fclose(file);
	const char *behind = strrchr(line, ')');
	return behind != NULL ? behind[2] : '?';
}

static void *survivor(void *area)
{
	while (leader_state() != 'Z')
		usleep(1000);
	touch(area, TOUCHED);
	printf("tid\t%ld\n", syscall(SYS_gettid));
	region("survivor", area, TOUCHED, "anonymous", NULL);
	ready();
	wait_for_eof();
	remove_leftovers();
	_exit(0);
}

int main(void)
{
	pthread_t thread;
	begin();
	if (pthread_create(&thread, NULL, survivor, place_anonymous(TOUCHED)) != 0)
		fail("pthread_create failed");
	pthread_exit(NULL);
}
