/*
 * Publish a world by RRDP, too (RFC 8182): for each module a notification, a
 * snapshot and, where the folder already has such a session, a delta from
 * what was published last.
 *
 * rrdp/HOST/MODULE/state says what that was: the session, the serial, the
 * deltas, and each object by hash and URI, in the order of the URIs.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "world/tree.h"

#define FLUSH      ((size_t)1 << 20)
#define FILE_CAP   ((size_t)256 << 20) /* of an object, with room */
#define DELTAS_MAX 100                 /* that a notification lists */
#define SPACE      "http://www.ripe.net/rpki/rrdp"
#define UUID_TEXT  37
#define WORLD_PATH 1024

struct object {
	struct span path; /* "HOST/MODULE/..." : what follows rsync:// */
	struct digest hash;
};

struct world_rrdp {
	struct arena arena;
	VEC(struct object) objects;
};

/* ---- what is written, as it is written ------------------------------- */

struct world_rrdp *
world_rrdp_new(void)
{
	struct world_rrdp *r = base_alloc(sizeof(*r));

	if (r != NULL)
		arena_init(&r->arena, SIZE_MAX);
	return r;
}

void
world_rrdp_free(struct world_rrdp *r)
{
	if (r == NULL)
		return;
	vec_fini(&r->objects);
	arena_fini(&r->arena);
	base_free(r);
}

enum reason
world_rrdp_note(struct world_rrdp *r, const char *path, struct span bytes)
{
	struct span text = span_str(path), repo = SPAN("repo/");
	struct object o;

	if (!span_starts(text, repo))
		return REASON_OK;
	o.path =
	    arena_dup(&r->arena, span_of(text.p + repo.n, text.n - repo.n));
	crypt_sha256(o.hash.b, bytes);
	return o.path.p != NULL && vec_push(&r->objects, o) ? REASON_OK
							    : R_LIMIT_MEMORY;
}

/* ---- files of a module ----------------------------------------------- */

/* One of them in the making. */
struct module {
	const struct world_writer *w;
	struct arena arena;
	struct span name; /* "HOST/MODULE/" */
	const struct object *objects;
	size_t n;
	char session[UUID_TEXT];
	uint64_t serial;
	VEC(struct object) before;
	VEC(struct digest) deltas; /* the last is that of serial */
};

static enum reason
trouble(const struct module *m, const char *path)
{
	return fault_say(
	    m->w->why, R_WORLD_WRITE, NULL, "%s: %s", path, strerror(errno));
}

static enum reason
no_memory(const struct module *m)
{
	return fault_at(m->w->why, R_LIMIT_MEMORY, NULL);
}

/* All of a file below the folder. *there is false, and it is no failure, where
 * there is none. */
static enum reason
read_file(
    struct buf *out, bool *there, const struct module *m, const char *path)
{
	char full[WORLD_PATH];
	uint8_t piece[2048];
	ssize_t n;
	int fd;

	(void)snprintf(full, sizeof(full), "%s/%s", m->w->dir, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	*there = fd >= 0;
	if (fd < 0)
		return errno == ENOENT ? REASON_OK : trouble(m, full);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	(void)close(fd);
	if (n < 0)
		return trouble(m, full);
	return out->failed ? no_memory(m) : REASON_OK;
}

/* A file that need not be in memory whole, and its hash. */
struct out {
	const struct module *m;
	char path[WORLD_PATH];
	struct buf text;
	struct crypt_hash *hash;
	enum reason why;
	bool begun;
};

static void
out_flush(struct out *o)
{
	struct span text = buf_view(&o->text);

	if (o->why == REASON_OK && o->text.failed)
		o->why = no_memory(o->m);
	if (o->why != REASON_OK)
		return;
	crypt_hash_add(o->hash, text);
	o->why = o->begun ? world_append(o->m->w, o->path, text)
			  : world_put(o->m->w, o->path, text);
	o->begun = true;
	buf_reset(&o->text);
}

/* <snapshot> or <delta>: opened. */
static enum reason
out_open(struct out *o, const struct module *m, const char *kind)
{
	*o = (struct out){ .m = m, .hash = crypt_hash_new() };
	if (o->hash == NULL)
		return no_memory(m);
	buf_init(&o->text, FILE_CAP);
	(void)snprintf(o->path, sizeof(o->path), "rrdp/%.*s%s/%llu/%s.xml",
	    SPAN_FMT(m->name), m->session, (unsigned long long)m->serial, kind);
	buf_printf(&o->text,
	    "<%s xmlns=\"" SPACE
	    "\" version=\"1\" session_id=\"%s\" serial=\"%llu\">\n",
	    kind, m->session, (unsigned long long)m->serial);
	return REASON_OK;
}

static enum reason
out_close(struct out *o, const char *kind, struct digest *hash)
{
	buf_printf(&o->text, "</%s>\n", kind);
	out_flush(o);
	crypt_hash_take(o->hash, hash->b);
	buf_fini(&o->text);
	return o->why;
}

static void
put_hash(struct buf *out, const struct digest *d)
{
	char text[2 * sizeof(*d) + 1];

	hex_write(text, SPAN_OF(*d));
	buf_puts(out, text);
}

static void
put_publish(struct out *o, const struct object *new, const struct object *old)
{
	char path[WORLD_PATH];
	struct buf bytes;
	bool there = false;

	if (o->why != REASON_OK)
		return;
	buf_init(&bytes, FILE_CAP);
	(void)snprintf(path, sizeof(path), "repo/%.*s", SPAN_FMT(new->path));
	o->why = read_file(&bytes, &there, o->m, path);
	buf_printf(
	    &o->text, "<publish uri=\"rsync://%.*s\"", SPAN_FMT(new->path));
	if (old != NULL) {
		buf_puts(&o->text, " hash=\"");
		put_hash(&o->text, &old->hash);
		buf_byte(&o->text, '"');
	}
	buf_byte(&o->text, '>');
	base64_write(&o->text, buf_view(&bytes));
	buf_puts(&o->text, "</publish>\n");
	buf_fini(&bytes);
	if (o->text.n >= FLUSH)
		out_flush(o);
}

static void
put_withdraw(struct out *o, const struct object *old)
{
	buf_printf(&o->text, "<withdraw uri=\"rsync://%.*s\" hash=\"",
	    SPAN_FMT(old->path));
	put_hash(&o->text, &old->hash);
	buf_puts(&o->text, "\"/>\n");
}

/* Both lists are in the order of their URIs. */
static void
put_changes(struct out *o)
{
	const struct module *m = o->m;
	size_t i = 0, k = 0;

	while (i < m->n || k < m->before.n) {
		const struct object *new = i < m->n ? &m->objects[i] : NULL;
		const struct object *old =
		    k < m->before.n ? &m->before.v[k] : NULL;
		int c = new == NULL   ? 1
			: old == NULL ? -1
				      : span_cmp(new->path, old->path);

		if (c < 0)
			put_publish(o, new, NULL);
		else if (c > 0)
			put_withdraw(o, old);
		else if (!digest_eq(&new->hash, &old->hash))
			put_publish(o, new, old);
		i += c <= 0;
		k += c >= 0;
	}
}

static bool
is_same(const struct module *m)
{
	if (m->n != m->before.n)
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (!span_eq(m->objects[i].path, m->before.v[i].path) ||
		    !digest_eq(&m->objects[i].hash, &m->before.v[i].hash))
			return false;
	return true;
}

static enum reason
write_delta(struct module *m)
{
	struct digest hash;
	struct out o;

	TRY(out_open(&o, m, "delta"));
	put_changes(&o);
	TRY(out_close(&o, "delta", &hash));
	return vec_push(&m->deltas, hash) ? REASON_OK : no_memory(m);
}

static enum reason
write_snapshot(const struct module *m, struct digest *hash)
{
	struct out o;

	TRY(out_open(&o, m, "snapshot"));
	for (size_t i = 0; i < m->n; i++)
		put_publish(&o, &m->objects[i], NULL);
	return out_close(&o, "snapshot", hash);
}

/* A line of the notification. */
static void
put_file(struct buf *out, const struct module *m, const char *kind,
    uint64_t serial, const struct digest *hash)
{
	buf_printf(out, "uri=\"%s%.*s%s/%llu/%s.xml\" hash=\"",
	    m->w->world->rrdp, SPAN_FMT(m->name), m->session,
	    (unsigned long long)serial, kind);
	put_hash(out, hash);
	buf_puts(out, "\"/>\n");
}

static enum reason
put_buf(const struct module *m, const char *name, struct buf *text)
{
	char path[WORLD_PATH];
	enum reason r;

	(void)snprintf(
	    path, sizeof(path), "rrdp/%.*s%s", SPAN_FMT(m->name), name);
	r = text->failed ? no_memory(m) : world_put(m->w, path, buf_view(text));
	buf_fini(text);
	return r;
}

static size_t
first_delta(const struct module *m)
{
	return m->deltas.n > DELTAS_MAX ? m->deltas.n - DELTAS_MAX : 0;
}

static enum reason
write_notification(const struct module *m, const struct digest *snapshot)
{
	struct buf text;

	buf_init(&text, FILE_CAP);
	buf_printf(&text,
	    "<notification xmlns=\"" SPACE
	    "\" version=\"1\" session_id=\"%s\" serial=\"%llu\">\n<snapshot ",
	    m->session, (unsigned long long)m->serial);
	put_file(&text, m, "snapshot", m->serial, snapshot);
	for (size_t i = m->deltas.n; i > first_delta(m); i--) {
		uint64_t serial = m->serial - (m->deltas.n - i);

		buf_printf(&text, "<delta serial=\"%llu\" ",
		    (unsigned long long)serial);
		put_file(&text, m, "delta", serial, &m->deltas.v[i - 1]);
	}
	buf_puts(&text, "</notification>\n");
	return put_buf(m, "notification.xml", &text);
}

/* ---- what was published last ----------------------------------------- */

static enum reason
write_state(const struct module *m)
{
	struct buf text;

	buf_init(&text, FILE_CAP);
	buf_printf(
	    &text, "%s %llu\n", m->session, (unsigned long long)m->serial);
	for (size_t i = first_delta(m); i < m->deltas.n; i++) {
		put_hash(&text, &m->deltas.v[i]);
		buf_byte(&text, '\n');
	}
	for (size_t i = 0; i < m->n; i++) {
		put_hash(&text, &m->objects[i].hash);
		buf_printf(&text, " %.*s\n", SPAN_FMT(m->objects[i].path));
	}
	return put_buf(m, "state", &text);
}

static struct span
next_line(struct span *text)
{
	size_t n = 0;
	struct span line;

	while (n < text->n && text->p[n] != '\n')
		n++;
	line = span_of(text->p, n);
	n += n < text->n;
	*text = span_of(text->p + n, text->n - n);
	return line;
}

static bool
read_head(struct module *m, struct span line)
{
	size_t n = UUID_TEXT - 1;

	if (line.n < n + 2 || line.p[n] != ' ' ||
	    !decimal_parse(&m->serial, span_of(line.p + n + 1, line.n - n - 1),
		UINT32_MAX))
		return false;
	memcpy(m->session, line.p, n);
	m->session[n] = '\0';
	return true;
}

static bool
read_line(struct module *m, struct span line)
{
	size_t n = 2 * sizeof(struct digest);
	struct object o;

	if (line.n < n ||
	    !hex_parse(o.hash.b, sizeof(o.hash.b), span_of(line.p, n)))
		return false;
	if (line.n == n)
		return vec_push(&m->deltas, o.hash);
	o.path = arena_dup(&m->arena, span_of(line.p + n + 1, line.n - n - 1));
	return o.path.p != NULL && vec_push(&m->before, o);
}

/* 16 bytes that look like nothing, as a UUID of version 4. */
static void
new_session(struct module *m)
{
	char text[512];
	struct digest d;
	uint8_t *b = d.b;

	(void)snprintf(text, sizeof(text), "session %llu %lld %.*s",
	    (unsigned long long)m->w->seed, (long long)m->w->at,
	    SPAN_FMT(m->name));
	crypt_sha256(d.b, span_str(text));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	(void)snprintf(m->session, sizeof(m->session),
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
}

static enum reason
read_state(struct module *m)
{
	struct buf text;
	struct span rest;
	char path[WORLD_PATH];
	bool there, ok;
	enum reason r;

	(void)snprintf(path, sizeof(path), "rrdp/%.*sstate", SPAN_FMT(m->name));
	buf_init(&text, FILE_CAP);
	r = read_file(&text, &there, m, path);
	rest = buf_view(&text);
	ok = r == REASON_OK && there && read_head(m, next_line(&rest));
	while (ok && rest.n > 0)
		ok = read_line(m, next_line(&rest));
	buf_fini(&text);
	if (r == REASON_OK && there && !ok)
		r = fault_say(m->w->why, R_WORLD_WRITE, NULL,
		    "%s: not what was written there", path);
	return r;
}

/* ---- a module, all of them ------------------------------------------- */

static enum reason
write_module(struct module *m)
{
	struct digest snapshot;

	TRY(read_state(m));
	if (m->serial > 0 && is_same(m))
		return REASON_OK;
	if (m->serial == 0)
		new_session(m);
	m->serial++;
	if (m->serial > 1)
		TRY(write_delta(m));
	TRY(write_snapshot(m, &snapshot));
	TRY(write_notification(m, &snapshot));
	return write_state(m);
}

static int
by_path(const void *a, const void *b)
{
	const struct object *x = a, *y = b;

	return span_cmp(x->path, y->path);
}

/* "HOST/MODULE/" */
static struct span
module_of(struct span path)
{
	size_t n = 0, slashes = 0;

	while (n < path.n && slashes < 2)
		slashes += path.p[n++] == '/';
	return span_of(path.p, n);
}

enum reason
world_rrdp_write(const struct world_writer *w)
{
	struct world_rrdp *r = w->rrdp;
	enum reason why = REASON_OK;
	size_t n;

	if (r->objects.n > 1)
		qsort(
		    r->objects.v, r->objects.n, sizeof(*r->objects.v), by_path);
	for (size_t i = 0; why == REASON_OK && i < r->objects.n; i += n) {
		struct module m = { .w = w,
			.name = module_of(r->objects.v[i].path),
			.objects = &r->objects.v[i] };

		for (n = 1; i + n < r->objects.n &&
			    span_starts(r->objects.v[i + n].path, m.name);
		     n++)
			continue;
		m.n = n;
		arena_init(&m.arena, SIZE_MAX);
		why = write_module(&m);
		vec_fini(&m.before);
		vec_fini(&m.deltas);
		arena_fini(&m.arena);
	}
	return why;
}
