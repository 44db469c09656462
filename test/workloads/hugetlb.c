/* Three pages from the hugetlb pool in a private and in a shared mapping, two of them touched. */
#include "workload.h"

#define PAGES 3

static void make(const char *label, size_t huge, int flags)
{
	size_t length = PAGES * huge;
	char *at =
		place_aligned(length, huge, 0, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (at == MAP_FAILED) {
		skip_errno(label, "mmap MAP_HUGETLB");
		return;
	}
	for (size_t i = 0; i + 1 < PAGES; i++)
		*(volatile char *)(at + i * huge) = 1;
	region(label, at, length, "hugetlb", text("page-size=%zu", huge));
}

int main(void)
{
	begin();
	size_t huge = hugetlb_page_size();
	if (huge == 0) {
		skip("hugetlb", "no hugetlb support");
	} else {
		make("hugetlb-private", huge, MAP_PRIVATE);
		make("hugetlb-shared", huge, MAP_SHARED);
	}
	return finish();
}
