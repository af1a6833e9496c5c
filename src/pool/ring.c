/* Shared memory between the run and one worker. */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pool/ring.h"

/* Pages worth keeping for the next batch. */
#define KEEP ((size_t)4 << 20)

static uint8_t *
map(int fd, size_t n, int may, off_t at)
{
	void *p = mmap(NULL, n, may, MAP_SHARED, fd, at);

	return p == MAP_FAILED ? NULL : p;
}

static bool
ring_map(struct ring *r, int in_may)
{
	r->in = map(r->fd, r->in_size, in_may, 0);
	r->out =
	    map(r->fd, r->out_size, PROT_READ | PROT_WRITE, (off_t)r->in_size);
	return r->in != NULL && r->out != NULL;
}

enum reason
ring_open(struct ring *out, size_t in_size, size_t out_size, struct fault *why)
{
	*out = (struct ring){ .in_size = in_size, .out_size = out_size };
	out->fd = memfd_create("cairn-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (out->fd >= 0 &&
	    ftruncate(out->fd, (off_t)(in_size + out_size)) == 0 &&
	    fcntl(out->fd, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
	    ring_map(out, PROT_READ | PROT_WRITE))
		return REASON_OK;
	ring_close(out);
	return fault_say(
	    why, R_RUN_WORKER, NULL, "shared memory: %s", strerror(errno));
}

bool
ring_join(struct ring *out, int fd, size_t in_size, size_t out_size)
{
	*out =
	    (struct ring){ .fd = fd, .in_size = in_size, .out_size = out_size };
	return ring_map(out, PROT_READ);
}

void
ring_tidy(struct ring *r, size_t in_used, size_t out_used)
{
	if (in_used > KEEP)
		(void)madvise(r->in, r->in_size, MADV_REMOVE);
	if (out_used > KEEP)
		(void)madvise(r->out, r->out_size, MADV_REMOVE);
}

void
ring_close(struct ring *r)
{
	int saved = errno;

	if (r->in != NULL)
		(void)munmap(r->in, r->in_size);
	if (r->out != NULL)
		(void)munmap(r->out, r->out_size);
	if (r->fd >= 0)
		(void)close(r->fd);
	*r = (struct ring){ .fd = -1 };
	errno = saved;
}
