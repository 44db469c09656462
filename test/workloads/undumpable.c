/* Not dumpable: its files in /proc belong to root, and its own user may not read its maps. */
#include "workload.h"

int main(void)
{
	begin();
	char *at = place_anonymous(MIB);
	touch(at, MIB);
	region("undumpable", at, MIB, "anonymous", NULL);
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		fail("PR_SET_DUMPABLE: %s", strerror(errno));
	return finish();
}
