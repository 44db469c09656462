/* bigout MIB: writes that much to stdout, the same every time. */
#include "faults.h"

int main(int argc, char **argv)
{
	enum { BLOCK = 1 << 16 };
	static char block[BLOCK];
	for (size_t i = 0; i < BLOCK; i++)
		block[i] = (char)(i * 31 + i / 256);
	for (long left = number(argc, argv, 1, 1024) * 16; left > 0; left--)
		for (size_t at = 0; at < BLOCK;) {
			ssize_t count = write(1, block + at, BLOCK - at);
			if (count < 0)
				fail("write");
			at += (size_t)count;
		}
	return 0;
}
