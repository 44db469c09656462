/* Locked memory: 256 KiB filled by mlock, and 256 KiB locked on fault with a quarter of it touched. */
#include "workload.h"

#define SIZE (256 * KIB)

#ifndef MLOCK_ONFAULT
#define MLOCK_ONFAULT 1
#endif

int main(void)
{
	begin();
	char *at = place_anonymous(SIZE);
	if (mlock(at, SIZE) == 0) {
		region("mlock", at, SIZE, "anonymous", "locked");
	} else {
		skip_errno("mlock", "mlock");
		munmap(at, SIZE);
	}

	at = place_anonymous(SIZE);
	if (syscall(SYS_mlock2, at, SIZE, MLOCK_ONFAULT) == 0) {
		touch(at, SIZE / 4);
		region("mlock-onfault", at, SIZE, "anonymous", "locked onfault");
	} else {
		skip_errno("mlock-onfault", "mlock2");
		munmap(at, SIZE);
	}
	return finish();
}
