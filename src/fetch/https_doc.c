/*
 * One file of a repository: fetched by the process with the network, read in
 * a box. How many at once, in all and from one host, is decided here: who is
 * asked for much cannot keep the others waiting.
 */
#include "fetch/https.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BOXES 8 /* at once */

void
doc_init(struct doc *d, struct https_work *work, struct span uri,
    uint64_t bytes_max, enum rrdp_kind kind)
{
	*d = (struct doc){ .work = work,
		.uri = uri,
		.bytes_max = bytes_max,
		.want = { .kind = kind },
		.body = -1,
		.bytes = -1,
		.index = -1,
		.alive = -1 };
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
close_all(struct doc *d)
{
	close_fd(&d->body);
	close_fd(&d->bytes);
	close_fd(&d->index);
	close_fd(&d->alive);
}

void
doc_fini(struct doc *d)
{
	close_all(d);
	for (size_t i = 0; i < COUNT(d->map); i++) {
		if (d->map[i].n > 0)
			(void)munmap(
			    (void *)(uintptr_t)d->map[i].p, d->map[i].n);
		d->map[i] = SPAN("");
	}
}

static bool
map(struct span *out, int fd)
{
	struct stat st;
	void *p;

	*out = SPAN("");
	if (fstat(fd, &st) != 0 || st.st_size == 0)
		return true; /* too little: whoever reads it will say so */
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	*out = span_of(p, (size_t)st.st_size);
	return true;
}

/* A copy: the process that wrote it may have been taken over, and could still
 * change it, or cut it short, which is the end of who looks at a map of it. */
static enum reason
copy_body(struct doc *d)
{
	struct stat st;
	size_t n;
	void *p;

	if (fstat(d->body, &st) != 0 || st.st_size < 0)
		return R_FETCH_SPOOL;
	n = (size_t)st.st_size;
	if (n > d->bytes_max)
		return R_FETCH_HTTP_SIZE;
	if (n == 0)
		return R_FETCH_HTTP_EMPTY;
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0);
	if (p == MAP_FAILED)
		return R_LIMIT_MEMORY;
	d->map[0] = span_of(p, n);
	return pread(d->body, p, n, 0) == (ssize_t)n ? REASON_OK
						     : R_FETCH_SPOOL;
}

/* ---- the list of active ones ----------------------------------------- */

static void
set_state(struct https *h, struct doc *d, enum doc_state state)
{
	h->n_fetching -= d->state == DOC_FETCHING;
	h->n_reading -= d->state == DOC_READING;
	d->state = state;
	h->n_fetching += d->state == DOC_FETCHING;
	h->n_reading += d->state == DOC_READING;
}

static void
drop(struct https *h, struct doc *d)
{
	struct doc **at = &h->docs;

	while (*at != NULL && *at != d)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = d->next;
	if (d->next == NULL)
		h->docs_end = at;
	d->next = NULL;
}

void
doc_ask(struct https *h, struct doc *d)
{
	ASSERT(d->state == DOC_IDLE);
	set_state(h, d, DOC_WAITING);
	d->next = NULL;
	*h->docs_end = d;
	h->docs_end = &d->next;
}

static void
finish(struct https *h, struct doc *d, enum reason r, const char *detail)
{
	drop(h, d);
	set_state(h, d, DOC_DONE);
	close_all(d);
	work_go_on(h, d, r, detail);
}

void
doc_cancel(struct https *h, struct doc *d)
{
	struct http_ask ask = { .id = d->id, .is_cancel = true };

	/* When it does not fit in, the answer will be for nobody. */
	if (d->state == DOC_FETCHING && h->net.pid > 0 &&
	    !process_send(h->net.sock, SPAN_OF(ask), NULL, 0))
		d->id = 0;
	drop(h, d);
	set_state(h, d, DOC_DONE);
	doc_fini(d);
}

/* Its process is dead. What of may have nothing to do with it, so it has one
 * more chance. */
static void
lost(struct https *h, struct doc *d, enum doc_state again)
{
	if (d->is_again) {
		finish(h, d, R_FETCH_PROCESS, "");
		return;
	}
	d->is_again = true;
	set_state(h, d, again);
}

static struct doc *
find(struct https *h, enum doc_state state)
{
	struct doc *d = h->docs;

	while (d != NULL && d->state != state)
		d = d->next;
	return d;
}

static void
fail_all(struct https *h, enum doc_state state, enum reason why)
{
	struct doc *d;

	while ((d = find(h, state)) != NULL)
		finish(h, d, why, "");
}

/* ---- fetching -------------------------------------------------------- */

static bool
host_is_busy(const struct https *h, const struct doc *asking)
{
	uint64_t n = 0;

	for (const struct doc *d = h->docs; d != NULL; d = d->next)
		n += d->state == DOC_FETCHING &&
		     span_eq(d->work->uri.host, asking->work->uri.host);
	return n >= h->limits->host_connections;
}

static void
copy(char *out, size_t size, const char *text)
{
	(void)snprintf(out, size, "%s", text);
}

/* False: the process has no room for more now. */
static bool
send_ask(struct https *h, struct doc *d)
{
	const struct https_job *job = d->work->job;
	struct http_ask ask = { .id = ++h->next_id,
		.is_named = job->is_named,
		.wants_gzip = job->what != HTTPS_FILE,
		.bytes_max = d->bytes_max };

	if (d->uri.n >= sizeof(ask.url)) {
		finish(h, d, R_URI_LENGTH, "");
		return true;
	}
	memcpy(ask.url, d->uri.p, d->uri.n);
	if (d == &d->work->first && job->had != NULL) {
		copy(ask.etag, sizeof(ask.etag), job->had->etag);
		copy(ask.modified, sizeof(ask.modified), job->had->modified);
	}
	d->body = https_spool(h);
	if (d->body < 0) {
		finish(h, d, R_FETCH_SPOOL, "");
		return true;
	}
	if (!process_send(h->net.sock, SPAN_OF(ask), &d->body, 1)) {
		close_fd(&d->body);
		return false;
	}
	d->id = ask.id;
	set_state(h, d, DOC_FETCHING);
	return true;
}

static void
begin_fetching(struct https *h)
{
	struct doc *d, *next;

	if (find(h, DOC_WAITING) != NULL && !https_revive(h))
		fail_all(h, DOC_WAITING, R_FETCH_PROCESS);
	for (d = h->docs; d != NULL && h->n_fetching < h->limits->http_count;
	     d = next) {
		next = d->next;
		if (d->state != DOC_WAITING || host_is_busy(h, d))
			continue;
		if (!send_ask(h, d))
			break;
	}
}

static void
fetched(struct https *h, struct doc *d)
{
	struct http_told *told = &d->told;

	told->detail[sizeof(told->detail) - 1] = '\0';
	told->etag[sizeof(told->etag) - 1] = '\0';
	told->modified[sizeof(told->modified) - 1] = '\0';
	http_text(told->detail, sizeof(told->detail), span_str(told->detail));
	if (told->reason >= REASON_COUNT)
		told->reason = (uint32_t)R_FETCH_PROCESS;
	d->work->job->received += told->received;
	if (told->retry_after_s > d->work->job->retry_after_s)
		d->work->job->retry_after_s = told->retry_after_s;
	/* Only what was asked: the process may not be what it was. */
	if (told->reason == REASON_OK && told->status == 304 &&
	    (d != &d->work->first || d->work->job->had == NULL))
		told->reason = (uint32_t)R_FETCH_HTTP_UNASKED;
	if (told->reason != REASON_OK || told->status == 304) {
		finish(h, d, (enum reason)told->reason, told->detail);
		return;
	}
	if (d->work->job->what == HTTPS_FILE) {
		finish(h, d, copy_body(d), "");
		return;
	}
	set_state(h, d, DOC_FETCHED);
}

static void
net_died(struct https *h)
{
	struct doc *d;

	process_end(&h->net);
	while ((d = find(h, DOC_FETCHING)) != NULL) {
		close_fd(&d->body);
		lost(h, d, DOC_WAITING);
	}
}

static void
listen_to_net(struct https *h)
{
	/* One that goes mad may not hold us up. */
	size_t left = 4 * (size_t)h->limits->http_count;
	struct http_told told;
	int fds[PROCESS_FDS];
	ssize_t n = 0;

	while (h->net.pid > 0 && left-- > 0 &&
	       (n = process_receive(
		    h->net.sock, &told, sizeof(told), fds, false)) >= 0) {
		struct doc *d = h->docs;

		for (size_t i = 0; i < PROCESS_FDS; i++)
			close_fd(&fds[i]);
		if (n != (ssize_t)sizeof(told)) {
			net_died(h);
			return;
		}
		while (
		    d != NULL && (d->state != DOC_FETCHING || d->id != told.id))
			d = d->next;
		if (d == NULL)
			continue; /* cancelled */
		d->told = told;
		fetched(h, d);
	}
}

/* ---- reading --------------------------------------------------------- */

/* What a box has written so far is of no use to another. */
static void
close_box(struct doc *d)
{
	close_fd(&d->bytes);
	close_fd(&d->index);
	close_fd(&d->alive);
}

static void
read_in_box(struct https *h, struct doc *d)
{
	struct rrdp_spool ask = { .kind = d->want.kind,
		.is_gzip = d->told.is_gzip,
		.bytes_max = d->bytes_max };

	d->bytes = https_spool(h);
	d->index = https_spool(h);
	if (d->bytes < 0 || d->index < 0 || lseek(d->body, 0, SEEK_SET) != 0) {
		finish(h, d, R_FETCH_SPOOL, "");
		return;
	}
	ask.body = d->body;
	ask.bytes = d->bytes;
	ask.index = d->index;
	if (box_start(&h->maker, &d->alive, &ask)) {
		d->maker = h->restarts;
		set_state(h, d, DOC_READING);
		return;
	}
	process_end(&h->maker); /* which had died, and is made anew */
	close_box(d);
}

static void
begin_reading(struct https *h)
{
	struct doc *d;

	while (h->n_reading < BOXES && (d = find(h, DOC_FETCHED)) != NULL)
		if (https_revive(h))
			read_in_box(h, d);
		else
			finish(h, d, R_FETCH_PROCESS, "");
}

static bool
maker_is_gone(const struct https *h, const struct doc *d)
{
	struct pollfd maker = { .fd = h->maker.sock };

	return h->maker.pid == 0 || h->restarts != d->maker ||
	       (poll(&maker, 1, 0) == 1 && (maker.revents & POLLHUP) != 0);
}

/* Who makes boxes may let go of a file's `alive` before it lets go of its
 * socket, into which the file then goes once more: that is one death. */
static void
lost_box(struct https *h, struct doc *d)
{
	bool is_same = d->is_again && d->lost_by == d->maker;

	close_box(d);
	if (is_same && maker_is_gone(h, d)) {
		set_state(h, d, DOC_FETCHED);
		return;
	}
	d->lost_by = d->maker;
	lost(h, d, DOC_FETCHED);
}

/* Its box has said so, or died. */
static void
has_been_read(struct https *h, struct doc *d)
{
	char c;
	bool ok;

	if (read(d->alive, &c, 1) != 1) {
		lost_box(h, d);
		return;
	}
	ok = map(&d->map[0], d->bytes) && map(&d->map[1], d->index);
	d->view = (struct rrdp_index){ d->map[1], d->map[0], h->limits };
	finish(h, d, ok ? REASON_OK : R_FETCH_SPOOL, "");
}

/* ---- waiting --------------------------------------------------------- */

void
docs_poll(struct https *h, int wait_ms)
{
	struct pollfd fds[BOXES + 1] = { { .fd = h->net.sock,
	    .events = POLLIN } };
	struct doc *box[BOXES + 1] = { NULL };
	nfds_t n = 1;

	begin_reading(h);
	begin_fetching(h);
	for (struct doc *d = h->docs; d != NULL && n <= BOXES; d = d->next)
		if (d->state == DOC_READING) {
			fds[n].fd = d->alive;
			fds[n].events = POLLIN;
			box[n++] = d;
		}
	if (poll(fds, n, wait_ms) <= 0)
		return;
	/* What one does may end others: those are not reading any more. */
	for (nfds_t i = 1; i < n; i++)
		if (fds[i].revents != 0 && box[i]->state == DOC_READING)
			has_been_read(h, box[i]);
	if (fds[0].revents != 0)
		listen_to_net(h);
	begin_reading(h);
	begin_fetching(h);
}
