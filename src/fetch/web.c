/* One file after the other from the process with the network. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fetch/http.h"

#define RESTARTS 8    /* of a process that died */
#define LOOK_MS  1000 /* its own clocks end a transfer; this is in case */

struct web {
	struct https_settings settings;
	struct process net;
	int roots;
	unsigned restarts;
	uint32_t next_id;
	struct web_file *running;
	void (*meanwhile)(void *ctx); /* NULL: nothing */
	void *ctx;
};

static enum reason
net_start(struct web *w)
{
	struct process_body body = { "cairn-net", http_run, &w->settings };

	return process_start(&w->net, w->roots, &body);
}

enum reason
web_open(
    struct web **out, const struct https_settings *settings, struct fault *why)
{
	struct web *w = base_alloc(sizeof(*w));
	enum reason r;

	if (w == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	w->settings = *settings;
	w->net = (struct process){ 0, -1 };
	r = roots_open(&w->roots, settings->ca_file, why);
	if (r == REASON_OK && net_start(w) != REASON_OK)
		r = fault_say(
		    why, R_FETCH_PROCESS, NULL, "%s", strerror(errno));
	if (r != REASON_OK) {
		web_close(w);
		return r;
	}
	*out = w;
	return REASON_OK;
}

static void
file_end(struct web *w, struct web_file *f, enum reason why)
{
	struct web_file **at = &w->running;

	while (*at != NULL && *at != f)
		at = &(*at)->next;
	if (*at == f)
		*at = f->next;
	f->next = NULL;
	f->reason = why;
	f->done = true;
}

void
web_close(struct web *w)
{
	if (w == NULL)
		return;
	while (w->running != NULL)
		file_end(w, w->running, R_FETCH_PROCESS);
	process_end(&w->net);
	if (w->roots >= 0)
		(void)close(w->roots);
	base_free(w);
}

/* ---- hearing --------------------------------------------------------- */

static void
file_told(struct web *w, struct web_file *f, const struct http_told *told)
{
	enum reason r = told->reason < REASON_COUNT ? (enum reason)told->reason
						    : R_FETCH_HTTP;

	f->status = told->status;
	f->unchanged = told->status == 304;
	f->received = told->received;
	f->wait_s = told->retry_after_s;
	memcpy(f->came_etag, told->etag, sizeof(f->came_etag));
	f->came_etag[sizeof(f->came_etag) - 1] = '\0';
	http_text(f->detail, sizeof(f->detail),
	    span_of(told->detail, strnlen(told->detail, sizeof(told->detail))));
	file_end(w, f, r);
}

/* Nobody is told anything any more. */
static void
net_died(struct web *w)
{
	process_end(&w->net);
	while (w->running != NULL)
		file_end(w, w->running, R_FETCH_PROCESS);
}

/* False: nothing will be heard any more. */
static bool
hear(struct web *w, short events)
{
	struct pollfd p = { w->net.sock, events, 0 };
	struct http_told told;
	int fds[PROCESS_FDS];
	struct web_file *f;
	ssize_t n;

	(void)poll(&p, 1, LOOK_MS);
	n = process_receive(w->net.sock, &told, sizeof(told), fds, false);
	for (size_t i = 0; i < PROCESS_FDS; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	if (n < 0)
		return true;
	if (n != (ssize_t)sizeof(told)) {
		net_died(w);
		return false;
	}
	for (f = w->running; f != NULL && f->id != told.id; f = f->next)
		;
	if (f != NULL)
		file_told(w, f, &told);
	return true;
}

/* ---- asking ---------------------------------------------------------- */

static int
post_file(struct span bytes)
{
	int fd = memfd_create("post", MFD_CLOEXEC);

	if (fd >= 0 && bytes.n > 0 &&
	    write(fd, bytes.p, bytes.n) != (ssize_t)bytes.n) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* There may be no room for it until the process has taken others; meanwhile it
 * may be waiting for us to take its answers. */
static enum reason
send_ask(struct web *w, struct web_file *f)
{
	struct http_ask ask = { .id = f->id,
		.is_named = !f->is_stranger || f->is_local,
		.is_plain = !f->is_stranger,
		.wants_gzip = true,
		.unpacks = true,
		.is_post = f->is_post,
		.takes_all = f->takes_all,
		.bytes_max = f->bytes_max };
	int fds[2] = { f->body, -1 };
	bool ok;

	if (strlen(f->url) >= sizeof(ask.url))
		return R_URI_LENGTH;
	(void)snprintf(ask.url, sizeof(ask.url), "%s", f->url);
	(void)snprintf(ask.etag, sizeof(ask.etag), "%s", f->etag);
	if (f->is_post) {
		fds[1] = post_file(f->post);
		if (fds[1] < 0)
			return R_FETCH_SPOOL;
	}
	do
		ok = process_send(
		    w->net.sock, SPAN_OF(ask), fds, f->is_post ? 2 : 1);
	while (!ok && errno == EAGAIN && hear(w, POLLIN | POLLOUT));
	if (fds[1] >= 0)
		(void)close(fds[1]);
	return ok ? REASON_OK : R_FETCH_PROCESS;
}

void
web_start(struct web *w, struct web_file *f)
{
	enum reason r = REASON_OK;

	f->id = ++w->next_id;
	f->done = false;
	f->detail[0] = f->came_etag[0] = '\0';
	f->status = 0;
	f->unchanged = false;
	f->next = w->running;
	w->running = f;
	f->body = memfd_create("content", MFD_CLOEXEC);
	if (f->body < 0)
		r = R_FETCH_SPOOL;
	if (r == REASON_OK && w->net.pid == 0 && w->restarts < RESTARTS) {
		w->restarts++;
		r = net_start(w);
	}
	if (r == REASON_OK)
		r = w->net.pid > 0 ? send_ask(w, f) : R_FETCH_PROCESS;
	if (r != REASON_OK)
		file_end(w, f, r);
}

/* ---- taking ---------------------------------------------------------- */

/* The process may have written anything, of any length. */
static enum reason
body_read(const struct web_file *f, struct buf *out)
{
	struct stat st;
	uint8_t *room;
	uint64_t n;

	if (fstat(f->body, &st) != 0 || st.st_size < 0)
		return R_FETCH_SPOOL;
	n = (uint64_t)st.st_size;
	if (n > f->bytes_max || n > out->cap - out->n)
		return R_FETCH_HTTP_SIZE;
	if (n == 0)
		return REASON_OK;
	room = buf_insert(out, out->n, (size_t)n);
	if (room == NULL)
		return R_LIMIT_MEMORY;
	return pread(f->body, room, (size_t)n, 0) == (ssize_t)n ? REASON_OK
								: R_FETCH_SPOOL;
}

void
web_meanwhile(struct web *w, void (*meanwhile)(void *ctx), void *ctx)
{
	w->meanwhile = meanwhile;
	w->ctx = ctx;
}

enum reason
web_wait(struct web *w, struct web_file *f, struct buf *out)
{
	ASSERT(f->id != 0);
	while (!f->done) {
		(void)hear(w, POLLIN);
		if (w->meanwhile != NULL)
			w->meanwhile(w->ctx);
	}
	if (f->reason == REASON_OK && !f->unchanged)
		f->reason = body_read(f, out);
	web_drop(w, f);
	return f->reason;
}

void
web_drop(struct web *w, struct web_file *f)
{
	struct http_ask ask = { .id = f->id, .is_cancel = true };

	if (f->id == 0)
		return;
	/* Where it does not fit in, the answer will be for nobody. */
	if (!f->done)
		(void)!process_send(w->net.sock, SPAN_OF(ask), NULL, 0);
	if (!f->done)
		file_end(w, f, R_FETCH_PROCESS);
	if (f->body >= 0)
		(void)close(f->body);
	f->body = -1;
	f->id = 0;
}
