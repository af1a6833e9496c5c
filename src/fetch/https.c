/* The outside of fetching by HTTPS: processes, jobs in, jobs out. */
#include "fetch/https.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define RESTARTS 8 /* of processes that died */

/* ---- opening --------------------------------------------------------- */

static enum reason
start_processes(struct https *h)
{
	struct process_body net = { "cairn-net", http_run, &h->settings };

	if (h->maker.pid == 0)
		TRY(box_open(&h->maker, h->limits));
	if (h->net.pid == 0)
		TRY(process_start(&h->net, h->roots, &net));
	return REASON_OK;
}

bool
https_revive(struct https *h)
{
	if (h->net.pid != 0 && h->maker.pid != 0)
		return true;
	if (h->restarts == RESTARTS)
		return false;
	h->restarts++;
	return start_processes(h) == REASON_OK;
}

enum reason
https_open(struct https **out, const struct https_settings *settings,
    struct fault *why)
{
	struct https *h = base_alloc(sizeof(*h));
	enum reason r;

	if (h == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	h->settings = *settings;
	h->limits = settings->limits;
	h->folder = h->roots = -1;
	h->net = h->maker = (struct process){ 0, -1 };
	h->docs_end = &h->docs;
	h->done_end = &h->done;
	r = roots_open(&h->roots, h->settings.ca_file, why);
	if (r == REASON_OK && start_processes(h) != REASON_OK)
		r = fault_say(
		    why, R_FETCH_PROCESS, NULL, "%s", strerror(errno));
	if (r != REASON_OK) {
		https_close(h);
		return r;
	}
	*out = h;
	return REASON_OK;
}

void
https_close(struct https *h)
{
	if (h == NULL)
		return;
	https_end(h, R_RUN_TIME);
	process_end(&h->net);
	process_end(&h->maker);
	if (h->folder >= 0)
		(void)close(h->folder);
	if (h->roots >= 0)
		(void)close(h->roots);
	base_free(h);
}

/* Not before it is needed: whose folder it is in is found out by who opens
 * that, after us. */
static bool
open_folder(struct https *h)
{
	if (h->folder >= 0)
		return true;
	(void)mkdir(h->settings.spool, 0700);
	h->folder = open(
	    h->settings.spool, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return h->folder >= 0;
}

int
https_spool(struct https *h)
{
	char name[64];
	int fd;

	if (!open_folder(h))
		return -1;
	fd = openat(h->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	/* A file system without unnamed files. */
	(void)snprintf(name, sizeof(name), "spool.%ld", (long)getpid());
	(void)unlinkat(h->folder, name, 0);
	fd = openat(h->folder, name,
	    O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlinkat(h->folder, name, 0);
	return fd;
}

/* ---- jobs ------------------------------------------------------------ */

void
https_start(struct https *h, struct https_job *job, int64_t now_ms)
{
	h->now_ms = now_ms;
	work_begin(h, job);
}

void
https_poll(struct https *h, int64_t now_ms, int wait_ms)
{
	struct https_work *w, *next;

	h->now_ms = now_ms;
	docs_poll(h, h->done != NULL ? 0 : wait_ms);
	for (w = h->running; w != NULL; w = next) {
		next = w->next;
		if (now_ms - w->begun_ms >
		    (int64_t)h->limits->repository_time * 1000)
			work_end(h, w, R_FETCH_TIME, "");
	}
}

struct https_job *
https_take(struct https *h)
{
	struct https_job *job = h->done;

	if (job == NULL)
		return NULL;
	h->done = job->next;
	if (h->done == NULL)
		h->done_end = &h->done;
	h->n_jobs--;
	job->next = NULL;
	return job;
}

void
https_end(struct https *h, enum reason why)
{
	while (h->running != NULL)
		work_end(h, h->running, why, "");
}

size_t
https_pending(const struct https *h)
{
	return h->n_jobs;
}
