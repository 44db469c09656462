/* One process with every kind of mapping that this kernel can make. */
#include "workload.h"

#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/kvm.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_map_shadow_stack
#define SYS_map_shadow_stack 453
#endif
#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
/* The same numbers as in the kernel's uapi header, whose older versions lack the last two. */
#ifndef UFFD_FEATURE_PAGEFAULT_FLAG_WP
#define UFFD_FEATURE_PAGEFAULT_FLAG_WP (1 << 0)
#endif
#ifndef UFFDIO_REGISTER_MODE_MINOR
#define UFFDIO_REGISTER_MODE_MINOR (1UL << 2)
#endif
#ifndef UFFD_FEATURE_MINOR_SHMEM
#define UFFD_FEATURE_MINOR_SHMEM (1 << 10)
#endif

#define SMALL (64 * KIB)

/* ---- Private and shared anonymous memory --------------------------------------------------------------------- */

static void anonymous(void)
{
	char *at = place_anonymous(SMALL);
	touch(at, SMALL / 2);
	region("anon-rw", at, SMALL, "anonymous", NULL);

	at = must_place(SMALL, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	touch_read(at, SMALL); /* zero pages only: Rss stays 0 */
	region("anon-ro", at, SMALL, "anonymous", "zero-page");

	at = place_anonymous(SMALL);
	touch(at, SMALL);
	mprotect(at, SMALL, PROT_READ);
	region("anon-ro-written", at, SMALL, "anonymous", "protected");

	/* Unreachable, yet resident and charged: not a reservation. */
	at = place_anonymous(SMALL);
	touch(at, SMALL);
	mprotect(at, SMALL, PROT_NONE);
	region("anon-none-resident", at, SMALL, "anonymous", "protected");

	at = must_place(64 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	region("reservation", at, 64 * MIB, "reserved", "noreserve");

	at = must_place(64 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	region("reservation-plain", at, 64 * MIB, "reserved", NULL);

	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	touch(at, page_size);
	region("anon-noreserve", at, SMALL, "anonymous", "noreserve");

	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	touch(at, SMALL / 2);
	region("anon-shared", at, SMALL, "anonymous-shared", NULL);

	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	if (zero < 0) {
		skip_errno("dev-zero", "open /dev/zero");
		return;
	}
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	touch(at, SMALL);
	region("dev-zero-private", at, SMALL, "anonymous", "dev-zero");
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
	touch(at, page_size);
	region("dev-zero-shared", at, SMALL, "anonymous-shared", "dev-zero");
	close(zero);
}

static void named(void)
{
	char *at = place_anonymous(SMALL);
	touch(at, page_size);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, SMALL, "workload cache") != 0) {
		skip_errno("anon-named", "PR_SET_VMA_ANON_NAME");
		munmap(at, SMALL);
		return;
	}
	region("anon-named", at, SMALL, "anonymous-named", NULL);
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	touch(at, page_size);
	/* 6.2+; an older kernel refuses and keeps the old name, which is shared anonymous memory all the same. */
	int refused = prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, at, SMALL, "workload shared");
	region("anon-shared-named", at, SMALL, "anonymous-shared", refused ? NULL : "named");
}

static void advised(void)
{
	char *at = place_anonymous(SMALL);
	if (mlock(at, SMALL) == 0) {
		region("mlocked", at, SMALL, "anonymous", "locked");
	} else {
		skip_errno("mlocked", "mlock");
		munmap(at, SMALL);
	}

	at = place_anonymous(SMALL);
	touch(at, SMALL);
	if (madvise(at, SMALL, MADV_FREE) == 0) {
		region("lazyfree", at, SMALL, "anonymous", "lazyfree");
	} else {
		skip_errno("lazyfree", "MADV_FREE");
		munmap(at, SMALL);
	}

	at = place_anonymous(SMALL);
	touch(at, SMALL);
	if (madvise(at + 4 * page_size, 2 * page_size, MADV_GUARD_INSTALL) == 0) {
		/* Guard regions live in the page tables: still one VMA. */
		region("guard-install", at, SMALL, "anonymous", "guard-regions");
	} else {
		skip_errno("guard-install", "MADV_GUARD_INSTALL");
		munmap(at, SMALL);
	}

	const struct {
		const char *label;
		int advice;
	} plain[] = {
		{"dontfork", MADV_DONTFORK},	 {"wipeonfork", MADV_WIPEONFORK}, {"dontdump", MADV_DONTDUMP},
		{"mergeable", MADV_MERGEABLE},	 {"random", MADV_RANDOM},	  {"sequential", MADV_SEQUENTIAL},
		{"nohugepage", MADV_NOHUGEPAGE},
	};
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		at = place_anonymous(SMALL);
		touch(at, page_size);
		if (madvise(at, SMALL, plain[i].advice) == 0) {
			region(plain[i].label, at, SMALL, "anonymous", plain[i].label);
		} else {
			skip_errno(plain[i].label, "madvise");
			munmap(at, SMALL);
		}
	}

	at = place_aligned(4 * MIB, 4 * MIB, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	if (madvise(at, 4 * MIB, MADV_HUGEPAGE) == 0) {
		touch(at, 4 * MIB);
		region("hugepage", at, 4 * MIB, "anonymous", "hugepage");
	} else {
		skip_errno("hugepage", "MADV_HUGEPAGE");
		munmap(at, 4 * MIB);
	}
}

static void guarded(void)
{
	char *at = place(SMALL, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_DROPPABLE, -1, 0);
	if (at != MAP_FAILED) {
		touch(at, page_size);
		region("droppable", at, SMALL, "droppable", NULL);
	} else {
		skip_errno("droppable", "MAP_DROPPABLE");
	}

	at = place_anonymous(SMALL);
	touch(at, page_size);
	if (syscall(SYS_mseal, at, SMALL, 0) == 0) {
		region("sealed", at, SMALL, "anonymous", "sealed");
	} else {
		skip_errno("sealed", "mseal");
		munmap(at, SMALL);
	}

	at = place_anonymous(SMALL);
	touch(at, page_size);
	int key = pkey_alloc(0, 0);
	if (key >= 0 && pkey_mprotect(at, SMALL, PROT_READ | PROT_WRITE, key) == 0) {
		region("pkey", at, SMALL, "anonymous", text("pkey=%d", key));
	} else {
		skip_errno("pkey", "pkey_alloc");
		munmap(at, SMALL);
	}

	long shadow = syscall(SYS_map_shadow_stack, 0, SMALL, 0);
	if (shadow != -1)
		region_at("shadow-stack", (void *)shadow, "shadow-stack", NULL);
	else
		skip_errno("shadow-stack", "map_shadow_stack");
}

/* ---- Executable memory --------------------------------------------------------------------------------------- */

static void executable(void)
{
	char *at = place(SMALL, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at != MAP_FAILED) {
		touch(at, SMALL / 2);
		region("jit-rwx", at, SMALL, "jit", NULL);
	} else {
		skip_errno("jit-rwx", "mmap");
	}

	at = place_anonymous(SMALL);
	touch(at, SMALL);
	if (mprotect(at, SMALL, PROT_READ | PROT_EXEC) == 0) {
		region("jit-rx", at, SMALL, "jit", NULL);
	} else {
		skip_errno("jit-rx", "mprotect");
		munmap(at, SMALL);
	}
}

/* ---- Files, shared memory, memfds ---------------------------------------------------------------------------- */

static void files(void)
{
	char *path = text("%s/data file.bin", tmp_dir());
	int fd = make_file(path, SMALL);
	char *at = must_place(SMALL, PROT_READ, MAP_PRIVATE, fd, 0);
	touch_read(at, SMALL);
	region("file-private-ro", at, SMALL, file_kind(fd, 0), NULL);

	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	touch_read(at, SMALL);
	touch(at, SMALL / 4);
	region("file-private-cow", at, SMALL, file_kind(fd, 0), "cow");

	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(at, SMALL / 2);
	region("file-shared-rw", at, SMALL, file_kind(fd, 1), NULL);

	at = must_place(SMALL / 2, PROT_READ, MAP_PRIVATE, fd, (off_t)(SMALL / 2));
	touch_read(at, page_size);
	region("file-offset", at, SMALL / 2, file_kind(fd, 0), "offset");

	at = must_place(2 * SMALL, PROT_READ, MAP_PRIVATE, fd, 0);
	touch_read(at, SMALL);
	region("file-beyond-eof", at, 2 * SMALL, file_kind(fd, 0), "beyond-eof");
	close(fd);

	/* Prints "s" in maps but never becomes writable. */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	at = must_place(SMALL, PROT_READ, MAP_SHARED, fd, 0);
	touch_read(at, SMALL);
	region("file-shared-ro", at, SMALL, file_kind(fd, 1), "read-only-fd");
	close(fd);
}

static void shared_memory(void)
{
	char *dir = text("/dev/shm/mmapctl-workload-XXXXXX");
	struct statfs fs;
	if (statfs("/dev/shm", &fs) != 0 || fs.f_type != TMPFS_MAGIC || mkdtemp(dir) == NULL) {
		skip("tmpfs-file", "no writable tmpfs at /dev/shm");
		skip("posix-shm", "no writable tmpfs at /dev/shm");
	} else {
		remember(dir);
		int fd = make_file(text("%s/file on tmpfs", dir), SMALL);
		char *at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		touch(at, SMALL);
		region("tmpfs-file", at, SMALL, "shmem", NULL);
		close(fd);

		const char *name = text("/mmapctl-workload-%d", (int)getpid());
		fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd < 0 || ftruncate(fd, (off_t)SMALL) != 0) {
			skip_errno("posix-shm", "shm_open");
		} else {
			remember(text("/dev/shm%s", name));
			at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
			touch(at, SMALL / 2);
			region("posix-shm", at, SMALL, "shmem", NULL);
			close(fd);
		}
	}

	int id = shmget(IPC_PRIVATE, SMALL, IPC_CREAT | 0600);
	if (id < 0) {
		skip_errno("sysv", "shmget");
		return;
	}
	char *at = shmat(id, take_place(SMALL, SHMLBA, 0), 0);
	shmctl(id, IPC_RMID, NULL); /* at once, so that no segment outlives a crash */
	if (at == (void *)-1)
		fail("shmat: %s", strerror(errno));
	touch(at, SMALL / 2);
	region("sysv", at, SMALL, "sysv", NULL);
}

static int new_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)SMALL) != 0)
		fail("memfd_create: %s", strerror(errno));
	return fd;
}

static void memfds(void)
{
	int fd = new_memfd("plain");
	char *at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(at, SMALL / 2);
	region("memfd", at, SMALL, "memfd", NULL);
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	touch(at, page_size);
	region("memfd-private", at, SMALL, "memfd", "cow");
	close(fd);

	fd = new_memfd("a name  with spaces");
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(at, page_size);
	region("memfd-spaces", at, SMALL, "memfd", NULL);
	close(fd);

	/* How a careful JIT writes and runs its code: two views of the same pages. */
	fd = new_memfd("dual-mapped code");
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touch(at, SMALL);
	region("memfd-dual-rw", at, SMALL, "memfd", "dual-mapped");
	at = place(SMALL, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED) {
		touch_read(at, SMALL);
		region("memfd-dual-rx", at, SMALL, "memfd", "dual-mapped");
	} else {
		skip_errno("memfd-dual-rx", "mmap");
	}
	close(fd);

	fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)SMALL) != 0) {
		skip_errno("secretmem", "memfd_secret");
		return;
	}
	at = place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED) {
		touch(at, SMALL / 2);
		region("secretmem", at, SMALL, "secretmem", NULL);
	} else {
		skip_errno("secretmem", "mmap");
	}
}

static void huge(void)
{
	size_t size = hugetlb_page_size();
	if (size == 0) {
		skip("hugetlb", "no hugetlb support");
		return;
	}
	char *at = place_aligned(2 * size, size, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1,
				 0);
	if (at == MAP_FAILED) {
		skip_errno("hugetlb", "mmap MAP_HUGETLB");
		return;
	}
	*(volatile char *)at = 1;
	region("hugetlb", at, 2 * size, "hugetlb", NULL);
}

/* ---- Kernel and driver buffers: the kernel chooses their place ----------------------------------------------- */

static void io_uring(void)
{
	struct io_uring_params params;
	memset(&params, 0, sizeof params);
	int fd = (int)syscall(SYS_io_uring_setup, 8, &params);
	if (fd < 0) {
		skip_errno("io-uring", "io_uring_setup");
		return;
	}
	size_t rings = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
	size_t entries = params.sq_entries * sizeof(struct io_uring_sqe);
	const int prot = PROT_READ | PROT_WRITE;
	char *at = mmap(NULL, rings, prot, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	if (at != MAP_FAILED)
		region_at("io-uring-ring", at, "io-uring", NULL);
	else
		skip_errno("io-uring-ring", "mmap");
	at = mmap(NULL, entries, prot, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	if (at != MAP_FAILED)
		region_at("io-uring-sqes", at, "io-uring", NULL);
	else
		skip_errno("io-uring-sqes", "mmap");
}

static void aio(void)
{
	aio_context_t context = 0;
	if (syscall(SYS_io_setup, 64, &context) == 0)
		region_at("aio-ring", (void *)context, "aio", NULL);
	else
		skip_errno("aio-ring", "io_setup");
}

static void perf_ring(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_SW_DUMMY,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		skip_errno("perf-ring", "perf_event_open");
		return;
	}
	char *at = mmap(NULL, 9 * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		region("perf-ring", at, 9 * page_size, "perf", NULL);
	else
		skip_errno("perf-ring", "mmap");
}

static void packet_ring(void)
{
	/* Protocol 0 receives nothing: the ring is only there to be seen. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct tpacket_req request = {
		.tp_block_size = (unsigned)page_size,
		.tp_block_nr = 8,
		.tp_frame_size = 2048,
		.tp_frame_nr = (unsigned)(8 * page_size / 2048),
	};
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
		skip_errno("packet-ring", fd < 0 ? "socket AF_PACKET" : "PACKET_RX_RING");
		return;
	}
	char *at = mmap(NULL, 8 * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		region("packet-ring", at, 8 * page_size, "packet-ring", NULL);
	else
		skip_errno("packet-ring", "mmap");
}

static void bpf_map(void)
{
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = (unsigned)(4 * page_size / 8);
	attr.map_flags = BPF_F_MMAPABLE;
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
	if (fd < 0) {
		skip_errno("bpf-map", "BPF_MAP_CREATE");
		return;
	}
	char *at = mmap(NULL, 4 * page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		region("bpf-map", at, 4 * page_size, "bpf", NULL);
	else
		skip_errno("bpf-map", "mmap");
}

static void kvm_vcpu(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0) {
		skip_errno("kvm-vcpu", "open /dev/kvm");
		return;
	}
	int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	int vcpu = vm < 0 ? -1 : ioctl(vm, KVM_CREATE_VCPU, 0);
	if (size <= 0 || vcpu < 0) {
		skip_errno("kvm-vcpu", "KVM_CREATE_VCPU");
		return;
	}
	char *at = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (at != MAP_FAILED)
		region("kvm-vcpu", at, (size_t)size, "driver", NULL);
	else
		skip_errno("kvm-vcpu", "mmap");
}

static void device(void)
{
	/* The legacy BIOS window: not RAM, so that even strict kernels let root map it. */
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		skip_errno("device", "open /dev/mem");
	} else {
		char *at = mmap(NULL, page_size, PROT_READ, MAP_SHARED, fd, 0xf0000);
		if (at != MAP_FAILED)
			region("device", at, page_size, "device", NULL);
		else
			skip_errno("device", "mmap /dev/mem");
	}

	fd = open("/dev/dax0.0", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		skip_errno("dax", "open /dev/dax0.0");
		return;
	}
	char *at = place_aligned(2 * MIB, 2 * MIB, 0, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		region("dax", at, 2 * MIB, "dax", NULL);
	else
		skip_errno("dax", "mmap /dev/dax0.0");
}

/* ---- userfaultfd --------------------------------------------------------------------------------------------- */

/* Nobody serves the faults, so nobody may touch these areas afterwards. */
static int uffd_register(void *start, size_t length, uint64_t features, uint64_t mode)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (fd < 0)
		fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
	struct uffdio_api api = {.api = UFFD_API, .features = features};
	struct uffdio_register range = {.range = {(uintptr_t)start, length}, .mode = mode};
	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) != 0)
		return -1;
	return ioctl(fd, UFFDIO_REGISTER, &range);
}

static void userfault(void)
{
	char *at = place_anonymous(SMALL);
	touch(at, page_size);
	if (uffd_register(at, SMALL, 0, UFFDIO_REGISTER_MODE_MISSING) == 0)
		region("uffd-missing", at, SMALL, "uffd", NULL);
	else
		skip_errno("uffd-missing", "userfaultfd");

	at = place_anonymous(SMALL);
	touch(at, SMALL);
	if (uffd_register(at, SMALL, UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFDIO_REGISTER_MODE_WP) == 0)
		region("uffd-wp", at, SMALL, "uffd", NULL);
	else
		skip_errno("uffd-wp", "userfaultfd");

	int fd = new_memfd("uffd minor");
	at = must_place(SMALL, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (uffd_register(at, SMALL, UFFD_FEATURE_MINOR_SHMEM, UFFDIO_REGISTER_MODE_MINOR) == 0)
		region("uffd-minor", at, SMALL, "memfd", "uffd");
	else
		skip_errno("uffd-minor", "userfaultfd");
}

/* ---- What every process has ---------------------------------------------------------------------------------- */

static pthread_barrier_t threads_started;
static char *thread_addresses[2];

static void *idle_thread(void *slot)
{
	char local = 1;
	*(char *volatile *)slot = &local;
	pthread_barrier_wait(&threads_started);
	for (;;)
		pause();
	return NULL;
}

static void threads(void)
{
	pthread_barrier_init(&threads_started, NULL, 3);
	for (int i = 0; i < 2; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, idle_thread, &thread_addresses[i]) != 0)
			fail("pthread_create failed");
	}
	pthread_barrier_wait(&threads_started);
	for (int i = 0; i < 2; i++) {
		struct vma stack, below;
		if (!find_vma(thread_addresses[i], &stack))
			fail("stack of thread %d not found", i);
		region(text("thread-stack-%d", i), (void *)stack.start, stack.end - stack.start, "thread-stack", NULL);
		/* A libc may use MADV_GUARD_INSTALL instead (glibc 2.42): then there is no guard VMA. */
		if (find_vma((char *)stack.start - 1, &below) && strcmp(below.perms, "---p") == 0)
			region(text("guard-%d", i), (void *)below.start, below.end - below.start, "guard", NULL);
		else
			skip(text("guard-%d", i), "this libc makes no guard VMA below its thread stacks");
	}
}

/* Its first instruction must not be one that the kernel emulates: only then does it need the [uprobes] page. */
__attribute__((noinline, noclone)) static int probed(int value)
{
	__asm__ volatile("" : "+r"(value));
	return value * 3 + 1;
}

static void uprobe(void)
{
	struct vma code;
	struct perf_event_attr attr = {.size = sizeof attr};
	char exe[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
	long type = read_number("/sys/bus/event_source/devices/uprobe/type", -1);
	const void *function = (const void *)(uintptr_t)probed;
	if (type < 0 || length <= 0 || !find_vma(function, &code)) {
		skip("uprobes", "no uprobe event source");
		return;
	}
	exe[length] = '\0';
	attr.type = (unsigned)type;
	attr.config1 = (uintptr_t)exe;
	attr.config2 = (uintptr_t)function - code.start + code.offset;
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		skip_errno("uprobes", "perf_event_open");
		return;
	}
	probed(1);

	struct vma vma;
	int found = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	while (maps != NULL && !found && next_vma(maps, &vma))
		found = strcmp(vma.name, "[uprobes]") == 0;
	if (maps != NULL)
		fclose(maps);
	if (found)
		region("uprobes", (void *)vma.start, vma.end - vma.start, "special", NULL);
	else
		skip("uprobes", "the probe made no [uprobes] mapping");
}

/* The stack must not grow after its range was printed. */
__attribute__((noinline)) static void grow_stack(void)
{
	volatile char frame[512 * KIB];
	for (size_t i = 0; i < sizeof frame; i += 4 * KIB)
		frame[i] = 1;
}

static void heap(void)
{
	/* Blocks below the mmap threshold come from brk. */
	for (int i = 0; i < 64; i++) {
		char *block = malloc(16 * KIB);
		if (block == NULL)
			fail("out of memory");
		memset(block, 1, 16 * KIB);
		/* Keep the compiler from dropping a block that nobody reads. */
		__asm__ volatile("" : : "r"(block) : "memory");
	}
}

/* Last, when nothing allocates any more: program, libraries, heap, stack and the kernel's own pages. */
static void given(void)
{
	char exe[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
	exe[length > 0 ? length : 0] = '\0';
	int programs = 0, libraries = 0, heaps = 0, seen_vsyscall = 0;
	struct vma vma;
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		fail("/proc/self/maps: %s", strerror(errno));
	while (next_vma(maps, &vma)) {
		const char *name = vma.name;
		const void *start = (const void *)vma.start;
		size_t size = vma.end - vma.start;
		char label[32];
		if (strcmp(name, exe) == 0) {
			snprintf(label, sizeof label, "program-%d", programs++);
			region(label, start, size, "program", NULL);
		} else if (name[0] == '/' && strstr(name, ".so") != NULL) {
			snprintf(label, sizeof label, "library-%d", libraries++);
			region(label, start, size, "library", NULL);
		} else if (strcmp(name, "[heap]") == 0) {
			snprintf(label, sizeof label, "heap-%d", heaps++);
			region(label, start, size, "heap", NULL);
		} else if (strcmp(name, "[stack]") == 0) {
			region("stack", start, size, "stack", NULL);
		} else if (strcmp(name, "[vdso]") == 0) {
			region("vdso", start, size, "vdso", NULL);
		} else if (strcmp(name, "[vvar]") == 0) {
			region("vvar", start, size, "vvar", NULL);
		} else if (strcmp(name, "[vvar_vclock]") == 0) {
			region("vvar-vclock", start, size, "vvar", NULL);
		} else if (strcmp(name, "[vsyscall]") == 0) {
			seen_vsyscall = 1;
			region("vsyscall", start, size, "vsyscall", NULL);
		}
	}
	fclose(maps);
	if (!seen_vsyscall)
		skip("vsyscall", "this kernel shows no [vsyscall]");
}

int main(void)
{
	begin();
	grow_stack();
	anonymous();
	named();
	advised();
	guarded();
	executable();
	files();
	shared_memory();
	memfds();
	huge();
	io_uring();
	aio();
	perf_ring();
	packet_ring();
	bpf_map();
	kvm_vcpu();
	device();
	userfault();
	threads();
	uprobe();
	heap();
	given();
	return finish();
}
