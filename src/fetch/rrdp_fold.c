/*
 * One delta after the other, on what is known: what each takes away or
 * replaces must be there, with the hash it says (RFC 8182 3.4.2). In the end
 * one change for each URI, so that all of it is one transaction.
 */
#include <string.h>

#include "fetch/rrdp_index.h"

void
rrdp_fold_init(struct rrdp_fold *out, const struct limits *limits)
{
	*out = (struct rrdp_fold){ .limits = limits };
	map_init(&out->at);
}

/* Where the URI's change is, or SIZE_MAX. */
static size_t
find(const struct rrdp_fold *f, struct span uri)
{
	uintptr_t at = (uintptr_t)map_get(&f->at, uri);

	return at == 0 ? SIZE_MAX : (size_t)at - 1;
}

static bool
has(const struct rrdp_fold *f, size_t at, struct span uri, struct digest *hash)
{
	if (at != SIZE_MAX) {
		*hash = f->changes.v[at].hash;
		return !f->changes.v[at].is_withdrawn;
	}
	return f->known != NULL && f->known(f->ctx, uri, hash);
}

static enum reason
check(const struct rrdp_fold *f, const struct rrdp_record *r, size_t at,
    struct span uri)
{
	bool is_withdraw = r->kind == RECORD_WITHDRAW;
	struct digest hash;
	bool is_there;

	if (at != SIZE_MAX && f->file.v[at] == f->n_files)
		return R_RRDP_DUPLICATE;
	is_there = has(f, at, uri, &hash);
	if (!r->has_old && !is_withdraw)
		return is_there ? R_RRDP_PUBLISH : REASON_OK;
	if (is_there && r->has_old && digest_eq(&hash, &r->old))
		return REASON_OK;
	return is_withdraw ? R_RRDP_WITHDRAW : R_RRDP_REPLACE;
}

static enum reason
keep(struct rrdp_fold *f, const struct rrdp_change *c, size_t at)
{
	if (at != SIZE_MAX) {
		f->changes.v[at] = *c;
		f->file.v[at] = f->n_files;
		return REASON_OK;
	}
	if (f->changes.n >= f->limits->repository_files)
		return R_FETCH_FILES;
	if (!vec_push(&f->changes, *c) || !vec_push(&f->file, f->n_files) ||
	    !map_put(&f->at, c->uri, (void *)(uintptr_t)f->changes.n))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
change(struct rrdp_change *out, const struct rrdp_record *r, struct span uri,
    struct span bytes)
{
	*out = (struct rrdp_change){ .uri = uri,
		.is_withdrawn = r->kind == RECORD_WITHDRAW,
		.hash = r->hash,
		.bad = (enum reason)r->reason };
	if (out->is_withdrawn || out->bad != REASON_OK)
		return REASON_OK;
	if (r->number > bytes.n || r->size > bytes.n - r->number)
		return R_FETCH_PROCESS;
	out->bytes = span_of(bytes.p + r->number, (size_t)r->size);
	return REASON_OK;
}

static enum reason
add(struct rrdp_fold *f, const struct rrdp_record *r, struct span uri,
    struct span bytes)
{
	struct rrdp_change c;
	size_t at = find(f, uri);

	if (r->kind != RECORD_PUBLISH && r->kind != RECORD_WITHDRAW)
		return R_FETCH_PROCESS;
	TRY(check(f, r, at, uri));
	TRY(change(&c, r, uri, bytes));
	f->bytes += c.bytes.n;
	if (f->bytes > f->limits->repository_bytes)
		return R_FETCH_BYTES;
	return keep(f, &c, at);
}

static enum reason
say(struct fault *why, enum reason r, struct span detail)
{
	return fault_say(why, r, NULL, "%.*s", SPAN_FMT(detail));
}

/* The file is the one that was named, by hash and by what it says. */
static enum reason
check_file(const struct rrdp_expected *want, const struct rrdp_index *index,
    struct fault *why)
{
	struct rrdp_index x = *index;
	struct rrdp_record head, end;
	struct span text;
	enum reason r = rrdp_index_check(&end, &text, index);

	if (r != REASON_OK)
		return say(why, r, text);
	if (!digest_eq(&end.hash, &want->hash))
		return say(why, R_RRDP_HASH, SPAN(""));
	if (!rrdp_index_next(&head, &text, &x) || head.kind != RECORD_HEAD)
		return say(why, R_FETCH_PROCESS, SPAN(""));
	if (head.number != want->serial ||
	    memcmp(&head.session, &want->session, sizeof(want->session)) != 0)
		return say(why, R_RRDP_MISMATCH, SPAN(""));
	return REASON_OK;
}

enum reason
rrdp_fold_add(struct rrdp_fold *f, const struct rrdp_expected *want,
    const struct rrdp_index *index, struct fault *why)
{
	struct rrdp_index x = *index;
	struct rrdp_record r;
	struct span uri;

	TRY(check_file(want, index, why));
	f->n_files++;
	if (!rrdp_index_next(&r, &uri, &x))
		return say(why, R_FETCH_PROCESS, SPAN(""));
	while (rrdp_index_next(&r, &uri, &x) && r.kind != RECORD_END) {
		enum reason bad = add(f, &r, uri, index->bytes);

		if (bad != REASON_OK)
			return say(why, bad, uri);
	}
	return REASON_OK;
}

void
rrdp_fold_fini(struct rrdp_fold *f)
{
	map_fini(&f->at);
	vec_fini(&f->changes);
	vec_fini(&f->file);
}
