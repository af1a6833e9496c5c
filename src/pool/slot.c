/*
 * One worker, as the pool sees it: making it, giving it work, taking what it
 * answers, ending it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "pool/inside.h"

/* ---- beginning and end ------------------------------------------------ */

void
slot_forget(struct slot *s)
{
	if (s->sock >= 0)
		(void)close(s->sock);
	s->sock = -1;
	s->state = SLOT_EMPTY;
	s->pid = 0;
	s->n_batch = 0;
	s->why[0] = '\0';
	s->idle = false;
}

void
slot_kill(struct pool *p, struct slot *s, enum slot_state state)
{
	struct zygote_message m = { .op = ZYGOTE_KILL,
		.slot = (uint32_t)(s - p->slots),
		.generation = s->generation };

	s->state = state;
	s->since_ms = clock_ms();
	(void)!send(p->control, &m, sizeof(m), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool
send_spawn(struct pool *p, struct slot *s, int sock)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct zygote_message m = { .op = ZYGOTE_SPAWN,
		.slot = (uint32_t)(s - p->slots),
		.generation = s->generation };
	struct iovec v = { &m, sizeof(m) };
	struct msghdr h = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	int fd[2] = { s->ring.fd, sock };

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), fd, sizeof(fd));
	return sendmsg(p->control, &h, MSG_NOSIGNAL) == sizeof(m);
}

static enum reason
slot_spawn(struct pool *p, struct slot *s)
{
	int pair[2];

	if (s->ring.fd < 0)
		TRY(ring_open(&s->ring, p->settings.in_size,
		    p->settings.out_size, p->why));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_say(p->why, R_RUN_WORKER, NULL, "socketpair: %s",
		    strerror(errno));
	s->generation++;
	s->sock = pair[0];
	s->state = SLOT_IDLE;
	s->n_jobs = 0;
	s->anchor = p->anchor;
	p->work.spawned++;
	/* Where the zygote is gone, that is seen in a moment. */
	(void)!send_spawn(p, s, pair[1]);
	(void)close(pair[1]);
	return REASON_OK;
}

/* ---- batches ---------------------------------------------------------- */

/* What fits neither in the ring nor in a worker is nobody's to judge. */
static void
task_outgrown(struct pool *p, struct task *t)
{
	t->answer = (struct answer){ .outgrown = true };
	task_finish(p, t);
}

/* What is on a manifest is found sooner than asked for. */
#define LISTS_LEAST 32

static bool
batch_takes(const struct pool *p, const struct slot *s, const struct task *t)
{
	size_t fair = p->n_queued / (2 * (size_t)p->n_slots) + 1;

	if (t->job.kind == JOB_LIST && fair < LISTS_LEAST)
		fair = LISTS_LEAST;
	if (s->n_batch == 0)
		return true;
	return !t->alone && !s->batch[0]->alone && s->n_batch < BATCH_MAX &&
	       s->n_batch < fair;
}

/* From the queue into the ring. */
static void
batch_make(struct pool *p, struct slot *s, struct wire_out *w)
{
	while (p->queue != NULL && w->n < BATCH_BYTES &&
	       batch_takes(p, s, p->queue)) {
		struct task *t = p->queue;

		t->job.id = ++p->last_id;
		p->load(p->load_ctx, &t->job);
		job_write(w, &t->job);
		if (w->failed && s->n_batch > 0) {
			w->failed = false;
			return; /* in the next one */
		}
		p->queue = t->next;
		p->n_queued -= p->n_queued > 0;
		if (w->failed) {
			w->failed = false;
			task_outgrown(p, t);
			continue;
		}
		s->batch[s->n_batch++] = t;
	}
}

/* Is it for this one? A task alone wants a fresh worker, and no worker serves
 * two trust anchors. */
static bool
is_worn(const struct pool *p, const struct slot *s)
{
	return s->anchor != p->anchor || s->n_jobs >= p->settings.recycle ||
	       (p->queue->alone && s->n_jobs > 0);
}

enum reason
slot_feed(struct pool *p, struct slot *s)
{
	struct worker_message m = { 0 };
	struct wire_out w;

	if (p->queue == NULL || s->state > SLOT_IDLE)
		return REASON_OK;
	if (s->state == SLOT_IDLE && is_worn(p, s)) {
		slot_kill(p, s, SLOT_RETIRED);
		return REASON_OK;
	}
	if (s->state == SLOT_EMPTY)
		TRY(slot_spawn(p, s));
	w = (struct wire_out){ .p = s->ring.in, .cap = s->ring.in_size };
	((volatile struct worker_state *)(void *)s->ring.out)->at = UINT64_MAX;
	batch_make(p, s, &w);
	if (s->n_batch == 0)
		return REASON_OK;
	m.jobs = s->n_batch;
	m.bytes = s->in_used = w.n;
	s->state = SLOT_BUSY;
	s->since_ms = clock_ms();
	s->cpu_ms = -1;
	/* One that has just died takes it, or does not: its end is seen. */
	(void)!send(s->sock, &m, sizeof(m), MSG_NOSIGNAL);
	return REASON_OK;
}

/* ---- answers ---------------------------------------------------------- */

/* Is it what was asked? Else it is as if the worker had died. */
static enum reason
batch_read(bool *good, struct pool *p, struct slot *s, struct span bytes,
    struct arena *arena)
{
	struct wire_in r = { .p = bytes.p, .n = bytes.n };

	*good = true;
	for (size_t i = 0; i < s->n_batch && *good; i++) {
		struct task *t = s->batch[i];
		enum reason why = answer_read(&t->answer, &r, &t->job, arena);

		if (why == R_LIMIT_MEMORY)
			return why;
		*good = why == REASON_OK;
	}
	*good = *good && r.at == r.n;
	for (size_t i = 0; i < s->n_batch && *good; i++) {
		p->work.crypt.signatures += s->batch[i]->answer.work.signatures;
		p->work.crypt.hashed_bytes +=
		    s->batch[i]->answer.work.hashed_bytes;
		task_finish(p, s->batch[i]);
	}
	return REASON_OK;
}

enum reason
slot_answered(struct pool *p, struct slot *s, struct arena *arena)
{
	struct worker_message m;
	struct buf copy;
	enum reason r;
	bool good;

	if (recv(s->sock, &m, sizeof(m), MSG_DONTWAIT) != sizeof(m) ||
	    s->state != SLOT_BUSY || m.jobs != s->n_batch ||
	    m.bytes > s->ring.out_size - WORKER_STATE) {
		/* Gone, or mad: the zygote will tell. */
		if (s->state == SLOT_IDLE)
			(void)snprintf(s->why, sizeof(s->why), "spoke unasked");
		if (s->state < SLOT_RETIRED)
			slot_kill(p, s, SLOT_DYING);
		(void)close(s->sock);
		s->sock = -1;
		return REASON_OK;
	}
	buf_init(&copy, s->ring.out_size);
	buf_add(&copy, s->ring.out + WORKER_STATE, (size_t)m.bytes);
	r = copy.failed ? R_LIMIT_MEMORY
			: batch_read(&good, p, s, buf_view(&copy), arena);
	buf_fini(&copy);
	if (r != REASON_OK)
		return r;
	if (!good) {
		(void)snprintf(s->why, sizeof(s->why), "impossible answer");
		slot_kill(p, s, SLOT_DYING);
		return REASON_OK;
	}
	ring_tidy(&s->ring, s->in_used, (size_t)m.bytes);
	p->work.jobs += s->n_batch;
	p->failures = 0;
	s->n_jobs += s->n_batch;
	s->n_batch = 0;
	s->state = SLOT_IDLE;
	return REASON_OK;
}
