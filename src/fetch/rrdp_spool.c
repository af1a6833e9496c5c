/*
 * In the box: gzip, XML and base64 off, bytes and records out. Nothing is
 * judged here but what must be to bound what is written.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "crypt/crypt.h"

#include "fetch/inflate.h"
#include "fetch/rrdp_index.h"
#include "file/file.h"

#define PIECE 65536
#define FLUSH 65536

struct spool {
	const struct rrdp_spool *ask;
	const struct limits *limits;
	struct rrdp_reader *reader;
	struct crypt_hash *hash;   /* of the file */
	uint64_t size;             /* of the file, decoded */
	struct buf index;          /* not yet written */
	struct buf object;         /* bytes of the one being read */
	struct crypt_hash *excess; /* of one that is too large to keep */
	struct rrdp_record record; /* of that one */
	struct buf uri;
	uint64_t offset, items;
};

/* ---- writing --------------------------------------------------------- */

static enum reason
write_all(int fd, struct span bytes)
{
	return file_write(fd, bytes) ? REASON_OK : R_FETCH_SPOOL;
}

static enum reason
flush(struct spool *s)
{
	enum reason r = write_all(s->ask->index, buf_view(&s->index));

	buf_reset(&s->index);
	return r;
}

static enum reason
put(struct spool *s, struct rrdp_record *record, struct span text)
{
	static const uint8_t zeros[8] = { 0 };

	if (text.n > RECORD_TEXT_MAX)
		return R_RRDP_TAG;
	record->n_text = (uint32_t)text.n;
	buf_add(&s->index, record, sizeof(*record));
	buf_span(&s->index, text);
	buf_add(&s->index, zeros, (8 - text.n % 8) % 8);
	if (s->index.failed)
		return R_LIMIT_MEMORY;
	return s->index.n >= FLUSH ? flush(s) : REASON_OK;
}

/* ---- events ---------------------------------------------------------- */

static enum reason
on_head(void *ctx, const struct rrdp_session *session, uint64_t serial)
{
	struct rrdp_record r = {
		.kind = RECORD_HEAD, .number = serial, .session = *session
	};

	return put(ctx, &r, SPAN(""));
}

static enum reason
on_snapshot(void *ctx, struct span uri, const struct digest *hash)
{
	struct rrdp_record r = { .kind = RECORD_SNAPSHOT, .hash = *hash };

	return put(ctx, &r, uri);
}

static enum reason
on_delta(void *ctx, uint64_t serial, struct span uri, const struct digest *hash)
{
	struct rrdp_record r = {
		.kind = RECORD_DELTA, .number = serial, .hash = *hash
	};
	struct spool *s = ctx;

	if (++s->items > s->limits->delta_list)
		return R_RRDP_MANY;
	return put(s, &r, uri);
}

static enum reason
on_begin(void *ctx, const struct rrdp_element *e)
{
	struct spool *s = ctx;

	if (++s->items > s->limits->repository_files)
		return R_FETCH_FILES;
	s->record =
	    (struct rrdp_record){ .kind = e->is_withdraw ? RECORD_WITHDRAW
							 : RECORD_PUBLISH,
		    .number = s->offset,
		    .has_old = e->has_hash,
		    .old = e->has_hash ? e->hash : (struct digest){ { 0 } },
		    .reason = (uint32_t)e->bad };
	buf_reset(&s->object);
	buf_reset(&s->uri);
	buf_span(&s->uri, e->uri);
	return s->uri.failed ? R_LIMIT_MEMORY : REASON_OK;
}

static enum reason
on_bytes(void *ctx, struct span bytes)
{
	struct spool *s = ctx;

	if (s->excess == NULL &&
	    bytes.n > s->limits->object_max - s->object.n) {
		s->excess = crypt_hash_new();
		if (s->excess == NULL)
			return R_LIMIT_MEMORY;
		crypt_hash_add(s->excess, buf_view(&s->object));
		buf_reset(&s->object);
		s->record.reason = (uint32_t)R_RRDP_OBJECT_SIZE;
	}
	if (s->excess != NULL) {
		crypt_hash_add(s->excess, bytes);
		return REASON_OK;
	}
	buf_span(&s->object, bytes);
	return s->object.failed ? R_LIMIT_MEMORY : REASON_OK;
}

static enum reason
end_publish(struct spool *s)
{
	if (s->excess != NULL) {
		crypt_hash_take(s->excess, s->record.hash.b);
		s->excess = NULL;
		return REASON_OK;
	}
	crypt_sha256(s->record.hash.b, buf_view(&s->object));
	if (s->object.n < s->limits->object_min)
		s->record.reason = (uint32_t)R_RRDP_OBJECT_SIZE;
	if (s->record.reason != 0)
		return REASON_OK;
	s->record.size = s->object.n;
	s->offset += s->object.n;
	return write_all(s->ask->bytes, buf_view(&s->object));
}

static enum reason
on_end(void *ctx)
{
	struct spool *s = ctx;

	if (s->record.kind == RECORD_PUBLISH)
		TRY(end_publish(s));
	return put(s, &s->record, buf_view(&s->uri));
}

/* ---- the file -------------------------------------------------------- */

static enum reason
take(void *ctx, struct span bytes)
{
	struct spool *s = ctx;

	s->size += bytes.n;
	if (s->size > s->ask->bytes_max)
		return R_FETCH_HTTP_SIZE;
	crypt_hash_add(s->hash, bytes);
	return rrdp_reader_feed(s->reader, bytes);
}

static enum reason
read_all(struct spool *s, struct inflate *z)
{
	const struct inflate_sink sink = { take, s };
	uint8_t *piece = base_alloc(PIECE);
	enum reason r = piece == NULL ? R_LIMIT_MEMORY : REASON_OK;

	while (r == REASON_OK) {
		ssize_t n = read(s->ask->body, piece, PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = R_FETCH_SPOOL;
		if (n <= 0)
			break;
		r = z != NULL
			? inflate_feed(z, span_of(piece, (size_t)n), &sink)
			: take(s, span_of(piece, (size_t)n));
	}
	base_free(piece);
	if (r == REASON_OK && z != NULL)
		r = inflate_check_end(z);
	return r == REASON_OK ? rrdp_reader_end(s->reader) : r;
}

static enum reason
spool_run(struct spool *s)
{
	const struct rrdp_events events = { on_head, on_snapshot, on_delta,
		on_begin, on_bytes, on_end, s };
	struct inflate *z = NULL;
	enum reason r;

	s->hash = crypt_hash_new();
	r = s->hash == NULL
		? R_LIMIT_MEMORY
		: rrdp_reader_new(&s->reader, s->ask->kind, &events, s->limits);
	if (r == REASON_OK && s->ask->is_gzip)
		r = inflate_new(&z, s->limits);
	if (r == REASON_OK)
		r = read_all(s, z);
	inflate_free(z);
	return r;
}

static void
spool_end(struct spool *s, enum reason r)
{
	struct rrdp_record end = { .kind = RECORD_END,
		.number = s->size,
		.size = s->offset,
		.reason = (uint32_t)r };
	char line[64] = "";

	if (r != REASON_OK && s->reader != NULL)
		(void)snprintf(line, sizeof(line), "line %llu",
		    (unsigned long long)rrdp_reader_line(s->reader));
	if (s->hash != NULL)
		crypt_hash_take(s->hash, end.hash.b);
	if (r == R_LIMIT_MEMORY) { /* a buffer that failed stays so */
		buf_fini(&s->index);
		buf_init(&s->index, 2 * FLUSH);
	}
	if (put(s, &end, span_str(line)) == REASON_OK)
		(void)flush(s); /* without it, the box counts as dead */
}

void
rrdp_spool(const struct rrdp_spool *ask, const struct limits *limits)
{
	struct spool s = { .ask = ask, .limits = limits };
	uint8_t rest[32];
	enum reason r;

	buf_init(&s.index, 2 * FLUSH + RECORD_TEXT_MAX);
	buf_init(&s.object, limits->object_max);
	buf_init(&s.uri, RECORD_TEXT_MAX);
	r = spool_run(&s);
	spool_end(&s, r);
	if (s.excess != NULL)
		crypt_hash_take(s.excess, rest);
	rrdp_reader_free(s.reader);
	buf_fini(&s.uri);
	buf_fini(&s.object);
	buf_fini(&s.index);
}
