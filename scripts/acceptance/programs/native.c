/*
 * A native program as many are: a tree of small nodes, larger blocks of malloc, and a file that is mapped and read. KEEP_KIB
 * is how much it keeps besides, in small blocks.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct node {
	struct node *left, *right;
	unsigned key;
	char text[40];
};

static struct node *root;
static unsigned state = 1;

static unsigned next(void)
{
	return state = state * 1664525u + 1013904223u;
}

static void insert(unsigned key)
{
	struct node **at = &root;
	while (*at != NULL)
		at = key < (*at)->key ? &(*at)->left : &(*at)->right;
	*at = calloc(1, sizeof **at);
	(*at)->key = key;
	memset((*at)->text, 'x', sizeof (*at)->text);
}

static unsigned long read_mapped(const char *path)
{
	struct stat facts;
	unsigned long sum = 0;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &facts) != 0) {
		perror(path);
		exit(1);
	}
	const unsigned char *at = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	for (off_t i = 0; i < facts.st_size; i += 64)
		sum += at[i];
	close(fd);
	return sum;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	for (int i = 0; i < 150000; i++)
		insert(next());
	void *blocks[32];
	for (int i = 0; i < 32; i++) {
		blocks[i] = malloc(160 * 1024);
		memset(blocks[i], i, 160 * 1024);
	}
	unsigned long sum = read_mapped(argv[1]);
	const char *more = getenv("KEEP_KIB");
	for (long i = more == NULL ? 0 : atol(more) * 16; i > 0; i--) {
		char *kept = malloc(48);
		memset(kept, 1, 48);
	}
	printf("%lu %p %p\n", sum, blocks[7], (void *)root);
	return 0;
}
