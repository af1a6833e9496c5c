/*
 * Trust anchors: from a TAL to the certificate in use.
 *
 * RFC 8630 3: the URIs are tried in order until one gives a certificate that
 * the TAL accepts. RFC 10097: that one replaces the kept one only if it is
 * newer. Whatever fails, the kept one serves as long as it is valid.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "run/inside.h"

#define FILE_MAX ((size_t)1 << 20) /* of a TAL, of constraints */

/* The trust anchor as a whole is in question, or only warned about. */
static enum reason
anchor_find(struct run *run, struct ta *ta, enum effect effect, enum reason why,
    struct span object, const char *detail)
{
	struct finding f = { .reason = why,
		.effect = effect,
		.trust_anchor = ta->name,
		.object = object };

	f.detail = arena_dup(&run->work, span_str(detail));
	return f.detail.p != NULL ? run_find(run, &f) : R_LIMIT_MEMORY;
}

static enum reason
anchor_fails(struct run *run, struct ta *ta, enum reason why,
    struct span object, const char *detail)
{
	ta->report->reason = why;
	(void)snprintf(
	    ta->report->detail, sizeof(ta->report->detail), "%s", detail);
	run->out->degraded = true;
	return anchor_find(run, ta, EFFECT_TRUST_ANCHOR, why, object, detail);
}

static enum reason
load_tal(struct ta *ta, struct span text, struct decode *dec)
{
	TRY(tal_parse(&ta->tal, text, dec));
	ta->tal.name = ta->name;
	crypt_sha256(ta->tal_key.b, ta->tal.spki);
	crypt_sha256_2(ta->scope.b, SPAN_OF(ta->tal_key), memo_version());
	return REASON_OK;
}

static enum reason
load_constraints(struct ta *ta, struct span text, struct decode *dec)
{
	unsigned line;

	return constraints_parse(&ta->constraints, text, dec, &line);
}

/* Read one file of a trust anchor; what is wrong with it fails that one. */
static enum reason
load_file(struct run *run, struct ta *ta, const char *path,
    enum reason (*parse)(struct ta *, struct span, struct decode *))
{
	struct buf bytes;
	struct decode dec;
	struct span text;
	enum reason r;

	buf_init(&bytes, FILE_MAX);
	r = file_load(&bytes, path) ? REASON_OK : R_TA_FILE;
	text = arena_dup(&run->work, buf_view(&bytes));
	buf_fini(&bytes);
	if (text.p == NULL)
		return R_LIMIT_MEMORY;
	crypt_sha256_2(ta->files.b, SPAN_OF(ta->files), text);
	decode_init(&dec, &run->work, &run->conf->limits, text);
	if (r == REASON_OK)
		r = parse(ta, text, &dec);
	if (r == R_LIMIT_MEMORY || r == REASON_OK)
		return r;
	return anchor_fails(run, ta, r, span_str(path), dec.why.detail);
}

enum reason
anchor_load(struct run *run, struct ta *ta, const struct conf_tal *conf)
{
	ta->conf = conf;
	ta->name = arena_dup(&run->out->arena, span_str(conf->name));
	if (ta->name.p == NULL)
		return R_LIMIT_MEMORY;
	ta->report->name = ta->name;
	arena_init(&ta->tree.arena, SIZE_MAX);
	TRY(load_file(run, ta, conf->path, load_tal));
	if (conf->constraints != NULL && ta->report->reason == REASON_OK)
		TRY(load_file(run, ta, conf->constraints, load_constraints));
	return REASON_OK;
}

/* ---- the certificate
 * ----------------------------------------------------------------
 */

static enum reason
check(struct cert *out, struct run *run, const struct ta *ta, struct span der,
    struct decode *dec)
{
	decode_init(dec, &run->work, &run->conf->limits, der);
	return rpki_ta_check(out, der, &ta->tal, run->at, &run->verifier, dec);
}

static enum reason
use(struct run *run, struct ta *ta, const struct cert *cert, struct span uri,
    bool kept)
{
	TRY(rpki_issuer_init(&ta->issuer, cert, &cert->resources, NULL));
	ta->usable = true;
	ta->kept = ta->report->kept = kept;
	ta->uri = arena_dup(&run->out->arena, uri);
	ta->report->uri = ta->uri;
	crypt_sha256(ta->report->hash.b, cert->der);
	if (ta->uri.p == NULL)
		return R_LIMIT_MEMORY;
	if (!rpki_ta_is_long_lived(cert, &run->conf->limits))
		return REASON_OK;
	return anchor_find(run, ta, EFFECT_WARNING, R_TA_LIFETIME, ta->uri, "");
}

/* The kept certificate, if there is one that still holds. */
static bool
kept_cert(
    struct cert *out, struct span *uri, struct run *run, const struct ta *ta)
{
	struct decode dec;
	struct span der, found;

	if (!store_anchor(&found, uri, run->now, &ta->tal_key))
		return false;
	der = arena_dup(&run->work, found);
	return der.p != NULL && check(out, run, ta, der, &dec) == REASON_OK;
}

enum reason
anchor_use_kept(struct run *run, struct ta *ta)
{
	struct cert cert;
	struct span from;

	if (!kept_cert(&cert, &from, run, ta))
		return REASON_OK;
	return use(run, ta, &cert, from, true);
}

/* No URI gave a certificate. */
static enum reason
use_kept(struct run *run, struct ta *ta, enum reason why, const char *detail)
{
	struct span uri =
	    ta->tal.n_uris > 0 ? ta->tal.uris[0].text : span_of(NULL, 0);
	struct cert cert;
	struct span from;

	/* A certificate that came and was no good says more than a place
	 * that could not be reached after it. */
	if (ta->refusal != REASON_OK) {
		why = ta->refusal;
		detail = ta->refusal_detail;
	}
	if (!kept_cert(&cert, &from, run, ta))
		return anchor_fails(
		    run, ta, why == REASON_OK ? R_TA_FETCH : why, uri, detail);
	if (why != REASON_OK)
		TRY(anchor_find(run, ta, EFFECT_WARNING, why, uri, detail));
	return use(run, ta, &cert, from, true);
}

/* Go on with the next URI there is a way to fetch from. */
static enum reason
want_next_uri(
    struct run *run, struct ta *ta, enum reason why, const char *detail)
{
	while (ta->next_uri < ta->tal.n_uris) {
		const struct uri *u = &ta->tal.uris[ta->next_uri++];
		struct sources s;

		TRY(source_list(&s, run, SOURCE_OF_FILE, u));
		ta->want.n = s.n_mirrors + (s.why_not == REASON_OK);
		ta->want.sources = s.list;
		ta->want.at = 0;
		ta->want.spent_ms = 0;
		ta->want.ta = ta;
		crypt_sha256(ta->want.key.b, u->text);
		if (ta->want.n > 0)
			return want_start(run, &ta->want);
		if (why == REASON_OK)
			why = s.why_not;
	}
	return use_kept(run, ta, why == REASON_OK ? R_TA_FETCH : why, detail);
}

enum reason
anchor_want(struct run *run, struct ta *ta)
{
	if (ta->report->reason != REASON_OK)
		return REASON_OK;
	if (run->fetch == NULL)
		return use_kept(run, ta, REASON_OK, "offline");
	return want_next_uri(run, ta, REASON_OK, "");
}

static enum reason
took_bytes(struct run *run, struct ta *ta, struct span bytes, enum reason *bad,
    char detail[160])
{
	const struct uri *u = &ta->tal.uris[ta->next_uri - 1];
	struct span der = arena_dup(&run->work, bytes), from;
	struct cert fetched, kept;
	struct decode dec;

	if (der.p == NULL)
		return R_LIMIT_MEMORY;
	*bad = check(&fetched, run, ta, der, &dec);
	if (*bad != REASON_OK) {
		(void)snprintf(detail, 160, "%s", dec.why.detail);
		if (ta->refusal == REASON_OK) {
			ta->refusal = *bad;
			(void)snprintf(ta->refusal_detail,
			    sizeof(ta->refusal_detail), "%s", detail);
		}
		return REASON_OK;
	}
	if (kept_cert(&kept, &from, run, ta) &&
	    !rpki_ta_replaces(&fetched, &kept))
		return use(
		    run, ta, &kept, from, !span_eq(kept.der, fetched.der));
	return use(run, ta, &fetched, u->text, false);
}

/* The file that came. */
static enum reason
took_file(struct run *run, struct ta *ta, enum reason *bad, char detail[160])
{
	struct want *w = &ta->want;
	struct fault why;
	struct buf bytes;
	enum reason r = REASON_OK;

	if (want_source(w)->is_https)
		return took_bytes(run, ta, w->https->bytes, bad, detail);
	fault_init(&why, span_of(NULL, 0));
	buf_init(&bytes, (size_t)run->conf->limits.object_max);
	*bad = fetch_read_file(&bytes, run->fetch, &w->fetch, &why);
	if (*bad == REASON_OK)
		r = took_bytes(run, ta, buf_view(&bytes), bad, detail);
	else
		(void)snprintf(detail, 160, "%s", why.detail);
	buf_fini(&bytes);
	return r;
}

/* Its fetch has ended. */
enum reason
anchor_took(struct run *run, struct ta *ta)
{
	struct want *w = &ta->want;
	enum reason bad = w->reason;
	char detail[160] = "";
	bool goes_on;

	if (bad == REASON_OK) {
		TRY(took_file(run, ta, &bad, detail));
		if (bad != REASON_OK)
			want_refuse(w, bad, detail);
	}
	if (bad == REASON_OK) {
		want_drop(w);
		return REASON_OK;
	}
	TRY(want_next(&goes_on, run, w));
	return goes_on ? REASON_OK
		       : want_next_uri(run, ta, w->reason, w->detail);
}
