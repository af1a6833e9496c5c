/*
 * The workers: who has what, who takes too long, who died and what of.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pool/inside.h"

#define MIB ((size_t)1 << 20)

void
pool_settings_init(struct pool_settings *out)
{
	*out = (struct pool_settings){ .in_size = 512 * MIB,
		.out_size = 256 * MIB,
		.memory = 1024 * MIB,
		.cpu_ms = 30000,
		.wall_ms = 120000,
		.recycle = 1000,
		.entries = true };
}

uint32_t
pool_workers(const struct pool *p)
{
	return p->n_slots;
}

struct pool_work
pool_work(const struct pool *p)
{
	return p->work;
}

int
pool_zygote_pid(const struct pool *p)
{
	return p->zygote;
}

size_t
pool_pids(const struct pool *p, int *out, size_t n)
{
	size_t found = 0;

	for (uint32_t i = 0; i < p->n_slots && found < n; i++)
		if (p->slots[i].pid > 0)
			out[found++] = p->slots[i].pid;
	return found;
}

/* ---- the zygote ------------------------------------------------------- */

NORETURN static void
zygote_child(const struct pool *p, int control, pid_t parent)
{
	struct worker_settings settings = { .slots = p->n_slots,
		.in_size = p->settings.in_size,
		.out_size = p->settings.out_size,
		.memory = p->settings.memory,
		.entries = p->settings.entries };

	(void)prctl(PR_SET_NAME, "cairn-zygote");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != parent)
		_exit(WORKER_UNCONFINED);
	zygote_main(control, &settings);
}

static enum reason
zygote_start(struct pool *p)
{
	int pair[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_say(p->why, R_RUN_WORKER, NULL, "socketpair: %s",
		    strerror(errno));
	p->zygote = fork();
	if (p->zygote == 0)
		zygote_child(p, pair[1], parent);
	(void)close(pair[1]);
	p->control = pair[0];
	if (p->zygote > 0)
		return REASON_OK;
	(void)close(pair[0]);
	p->control = -1;
	return fault_say(
	    p->why, R_RUN_WORKER, NULL, "fork: %s", strerror(errno));
}

/* With it, all workers end. */
static void
zygote_end(struct pool *p)
{
	if (p->zygote > 0) {
		(void)kill(p->zygote, SIGKILL);
		while (waitpid(p->zygote, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->control >= 0)
		(void)close(p->control);
	p->zygote = 0;
	p->control = -1;
}

/* ---- opening ---------------------------------------------------------- */

static uint32_t
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > POOL_MAX ? POOL_MAX : (uint32_t)n;
}

enum reason
pool_open(
    struct pool **out, const struct pool_settings *settings, struct fault *why)
{
	struct pool *p = base_alloc(sizeof(*p));
	uint32_t n = settings->jobs;
	enum reason r;

	*out = NULL;
	if (p == NULL)
		return R_LIMIT_MEMORY;
	n = n == 0 ? processors() : n > POOL_MAX ? POOL_MAX : n;
	*p = (struct pool){
		.settings = *settings, .why = why, .n_slots = n, .control = -1
	};
	p->slots = base_alloc(n * sizeof(*p->slots));
	if (p->slots == NULL) {
		base_free(p);
		return R_LIMIT_MEMORY;
	}
	for (uint32_t i = 0; i < n; i++)
		p->slots[i] = (struct slot){ .ring.fd = -1, .sock = -1 };
	r = zygote_start(p);
	if (r != REASON_OK) {
		pool_close(p);
		return r;
	}
	*out = p;
	return REASON_OK;
}

void
pool_close(struct pool *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->n_slots; i++)
		slot_forget(&p->slots[i]);
	zygote_end(p);
	for (uint32_t i = 0; i < p->n_slots; i++)
		ring_close(&p->slots[i].ring);
	base_free(p->slots);
	base_free(p);
}

/* ---- tasks ------------------------------------------------------------ */

void
task_finish(struct pool *p, struct task *t)
{
	ASSERT(!t->done && p->n_open > 0);
	t->done = true;
	p->n_open--;
}

static void
task_lose(struct pool *p, struct task *t, const char *why)
{
	t->lost = true;
	(void)snprintf(t->why, sizeof(t->why), "%s", why);
	task_finish(p, t);
}

/* To the front: what was tried before comes first. */
static void
task_again(struct pool *p, struct task *t)
{
	t->next = p->queue;
	p->queue = t;
}

/*
 * The one to blame is tried once more, alone; so is who was twice in bad
 * company, as a worker taken over may lie about whom to blame. A worker killed
 * by somebody else, say for want of memory, may have been innocent: that is a
 * quarter of the blame.
 */
static void
task_died(struct pool *p, struct task *t, bool to_blame, unsigned blame,
    const char *why)
{
	if (t->job.kind == JOB_CHECK) {
		task_lose(p, t, why); /* the judge will see for itself */
		return;
	}
	if (to_blame || t->alone)
		t->blame += blame;
	if (t->blame >= 2 * POOL_BLAME) {
		task_lose(p, t, why);
		return;
	}
	t->alone = t->alone || to_blame || ++t->met >= 2;
	task_again(p, t);
}

/* ---- who died --------------------------------------------------------- */

/* All that it had in hand is somebody else's now. */
static void
slot_died(struct pool *p, struct slot *s, unsigned blame, const char *why)
{
	size_t n = s->n_batch;
	uint64_t at =
	    n > 0 ? ((volatile struct worker_state *)(void *)s->ring.out)->at
		  : 0;

	if (s->state != SLOT_RETIRED)
		p->work.died++;
	if (at >= n)
		at = n; /* nobody, or a lie */
	for (size_t i = n; i-- > 0;)
		task_died(p, s->batch[i], i == at || n == 1, blame, why);
	slot_forget(s);
}

/* What of, and how much of it is the work's own fault. */
static unsigned
cause(char why[64], const struct slot *s, int status)
{
	unsigned blame = POOL_BLAME;

	if (s->why[0] != '\0')
		(void)snprintf(why, 64, "%s", s->why);
	else if (status == -1)
		(void)snprintf(why, 64, "no process");
	else if (WIFSIGNALED(status))
		(void)snprintf(why, 64, "signal %d", WTERMSIG(status));
	else
		(void)snprintf(why, 64, "exit %d", WEXITSTATUS(status));
	if (s->idle)
		blame = 1;
	if (s->why[0] == '\0' &&
	    (status == -1 ||
		(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)))
		blame = 1;
	return blame;
}

static enum reason
hear_zygote(struct pool *p, const struct zygote_message *m)
{
	struct slot *s = m->slot < p->n_slots ? &p->slots[m->slot] : NULL;
	char why[64];
	unsigned blame;

	if (s == NULL || s->generation != m->generation ||
	    s->state == SLOT_EMPTY)
		return REASON_OK;
	if (m->op == ZYGOTE_BORN) {
		s->pid = m->pid;
		return REASON_OK;
	}
	blame = cause(why, s, m->status);
	if (m->status == -1 ||
	    (WIFEXITED(m->status) &&
		WEXITSTATUS(m->status) == WORKER_UNCONFINED)) {
		if (++p->failures >= POOL_FAILURES)
			return fault_say(p->why, R_RUN_WORKER, NULL,
			    "workers cannot be made or confined: %s", why);
		blame = 0;
	}
	slot_died(p, s, blame, why);
	return REASON_OK;
}

/* The zygote is gone, and all workers with it: another one. */
static enum reason
lost_zygote(struct pool *p)
{
	if (++p->failures >= POOL_FAILURES)
		return fault_say(p->why, R_RUN_WORKER, NULL,
		    "the process that makes workers keeps ending");
	zygote_end(p);
	TRY(zygote_start(p));
	for (uint32_t i = 0; i < p->n_slots; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_EMPTY)
			continue;
		if (s->state == SLOT_BUSY || s->state == SLOT_IDLE)
			s->state = SLOT_RETIRED; /* not its own doing */
		slot_died(p, s, s->state == SLOT_DYING ? POOL_BLAME : 0,
		    s->why[0] != '\0' ? s->why : "zygote ended");
		/* A worker may outlive its zygote by a moment: another ring. */
		ring_close(&s->ring);
	}
	return REASON_OK;
}

static enum reason
listen_to_zygote(struct pool *p)
{
	struct zygote_message m;
	ssize_t n;

	while ((n = recv(p->control, &m, sizeof(m), MSG_DONTWAIT)) == sizeof(m))
		TRY(hear_zygote(p, &m));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return REASON_OK;
	return lost_zygote(p);
}

/* ---- who takes too long ---------------------------------------------- */

/* What it has used so far; -1: not to be known. */
static int64_t
cpu_of(int pid)
{
	struct timespec t;
	clockid_t id;

	if (pid <= 0 || clock_getcpuclockid(pid, &id) != 0 ||
	    clock_gettime(id, &t) != 0)
		return -1;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A batch has the wall clock of its jobs. Who did not compute either was
 * stopped, or the machine is too busy: that is less of its fault. */
static void
watch_slot(struct pool *p, struct slot *s, int64_t now)
{
	const struct pool_settings *set = &p->settings;
	int64_t cpu = cpu_of(s->pid), used;

	if (s->cpu_ms < 0)
		s->cpu_ms = cpu;
	used = cpu < 0 ? 0 : cpu - s->cpu_ms;
	if (used > set->cpu_ms)
		(void)snprintf(s->why, sizeof(s->why),
		    "more than %lld ms of CPU", (long long)set->cpu_ms);
	else if (now - s->since_ms <= set->wall_ms * (int64_t)s->n_batch)
		return;
	else {
		(void)snprintf(s->why, sizeof(s->why), "more than %lld ms",
		    (long long)set->wall_ms);
		s->idle = used < set->wall_ms / 2;
	}
	slot_kill(p, s, SLOT_DYING);
}

static enum reason
watch(struct pool *p)
{
	int64_t now = clock_ms();
	bool stuck = false;

	for (uint32_t i = 0; i < p->n_slots; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_BUSY)
			watch_slot(p, s, now);
		else if (s->state > SLOT_BUSY)
			stuck = stuck || now - s->since_ms > POOL_BURIAL_MS;
	}
	return stuck ? lost_zygote(p) : REASON_OK;
}

/* ---- the whole -------------------------------------------------------- */

static enum reason
turn(struct pool *p, struct arena *arena)
{
	struct pollfd fds[POOL_MAX + 1] = { { p->control, POLLIN, 0 } };
	nfds_t n = p->n_slots + 1;

	for (uint32_t i = 0; i < p->n_slots; i++) {
		TRY(slot_feed(p, &p->slots[i]));
		fds[i + 1] = (struct pollfd){ p->slots[i].sock, POLLIN, 0 };
	}
	if (p->n_open == 0)
		return REASON_OK;
	(void)poll(fds, n, POOL_TICK_MS);
	for (uint32_t i = 0; i < p->n_slots; i++)
		if (fds[i + 1].revents != 0)
			TRY(slot_answered(p, &p->slots[i], arena));
	TRY(listen_to_zygote(p));
	return watch(p);
}

enum reason
pool_run(struct pool *p, const struct pool_for *who, struct task *tasks,
    size_t n, struct arena *arena)
{
	p->anchor = who->anchor;
	p->load = who->load;
	p->load_ctx = who->ctx;
	p->queue = NULL;
	p->n_open = p->n_queued = n;
	for (size_t i = n; i-- > 0;) {
		struct job job = tasks[i].job;

		tasks[i] = (struct task){ .job = job };
		task_again(p, &tasks[i]);
	}
	while (p->n_open > 0)
		TRY(turn(p, arena));
	return REASON_OK;
}
