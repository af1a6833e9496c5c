/* cairn show: decode anything. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/show_ledger.h"
#include "crypt/crypt.h"
#include "object/object.h"
#include "rpki/rpki.h"
#include "store/store.h"

#define SHOW_MEMORY ((size_t)512 * 1024 * 1024)

struct show {
	const struct command *self;
	struct conf conf;
	const char *file, *issuer_path;
	int64_t at;
	bool json, has_cache;
	VEC(const char *) names; /* what to show */
	VEC(const char *) lists; /* --file: against a checklist */

	struct crypt *crypt;
	struct verifier verifier;
	struct arena arena; /* of the issuer */
	struct buf issuer_bytes;
	struct cert issuer;

	struct store *store; /* opened when the first URI is met */
	struct store_read *read;
};

/* One of the names, and what it came to. */
struct shown {
	const char *name;
	struct span bytes;
	enum object_type type;
	struct arena arena;
	bool good;
};

/* ---- options ------------------------------------------------------------- */

static int
take_option(struct show *s, const char *name, const char *value)
{
	struct conf_error error;

	if (strcmp(name, "config") == 0)
		s->file = value;
	else if (strcmp(name, "json") == 0)
		s->json = true;
	else if (strcmp(name, "issuer") == 0)
		s->issuer_path = value;
	else if (strcmp(name, "file") == 0) {
		if (!vec_push(&s->lists, value))
			return failure(s->self, "no memory");
	} else if (strcmp(name, "at") == 0) {
		if (!time_parse(&s->at, value))
			return usage_error(s->self, "--at: a time is wanted");
	} else {
		s->has_cache = true;
		if (conf_option(&s->conf, name, value, &error) != REASON_OK)
			return conf_refused(s->self, &error);
	}
	return STATUS_DONE;
}

static int
read_options(struct show *s, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	options_init(&o, s->self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		if (kind == OPTION_NAMED)
			status = take_option(s, name, value);
		else if (!vec_push(&s->names, value))
			status = failure(s->self, "no memory");
	}
	if (status == STATUS_DONE && s->names.n == 0)
		return usage_error(s->self, "which file?");
	return status;
}

/* The store's folder, for URIs: from the file unless --cache says it. */
static int
configure(struct show *s)
{
	struct conf_error error;
	const char *cache = s->conf.cache;

	if (s->file == NULL && !s->has_cache &&
	    access(conf_default_file(), F_OK) == 0)
		s->file = conf_default_file();
	if (s->file == NULL)
		return STATUS_DONE;
	if (conf_load(&s->conf, s->file, &error) != REASON_OK)
		return conf_refused(s->self, &error);
	if (s->has_cache)
		s->conf.cache = cache;
	return STATUS_DONE;
}

/* ---- the issuer ------------------------------------------------------ */

static int
read_issuer(struct show *s)
{
	struct decode dec;
	enum cert_kind kind;
	enum reason why;

	buf_init(&s->issuer_bytes, s->conf.limits.object_max);
	if (s->issuer_path == NULL)
		return STATUS_DONE;
	if (!cli_read(&s->issuer_bytes, s->issuer_path))
		return failure(
		    s->self, "%s: %s", s->issuer_path, strerror(errno));
	decode_init(
	    &dec, &s->arena, &s->conf.limits, buf_view(&s->issuer_bytes));
	why = cert_parse(&s->issuer, buf_view(&s->issuer_bytes), &dec);
	if (why == REASON_OK) {
		kind = span_eq(s->issuer.subject, s->issuer.issuer) ? CERT_TA
								    : CERT_CA;
		why = cert_check(&s->issuer, kind, &dec);
	}
	if (why != REASON_OK)
		return failure(s->self, "%s: %s: %s", s->issuer_path,
		    reason_id(why), reason_text(why));
	return STATUS_DONE;
}

/* ---- where bytes are ------------------------------------------------- */

static bool
open_store(struct show *s, struct fault *why)
{
	if (s->read != NULL)
		return true;
	if (s->store == NULL &&
	    store_open(&s->store, s->conf.cache, why) != REASON_OK)
		return false;
	return store_read_begin(&s->read, s->store, why) == REASON_OK;
}

/* Repositories are kept by the URI they were fetched for, which is a folder
 * above the object's. */
static struct span
find_uri(struct show *s, struct span uri)
{
	struct store_name name;
	struct digest key;

	for (size_t n = uri.n; n > 0; n--) {
		if (uri.p[n - 1] != '/')
			continue;
		crypt_sha256(key.b, span_of(uri.p, n));
		if (store_name(&name, s->read, &key, uri))
			return store_object(s->read, &name.hash);
	}
	return (struct span){ 0 };
}

static bool
is_uri(const char *name)
{
	return span_starts(span_str(name), SPAN("rsync://")) ||
	       span_starts(span_str(name), SPAN("https://"));
}

/* NULL, or what is in the way. */
static const char *
get_bytes(struct show *s, struct shown *it, struct buf *kept, struct fault *why)
{
	buf_init(kept, s->conf.limits.object_max + 1);
	if (!is_uri(it->name)) {
		if (!cli_read(kept, it->name))
			return strerror(errno);
		it->bytes = buf_view(kept);
		return NULL;
	}
	if (!open_store(s, why))
		return why->detail[0] != '\0' ? why->detail
					      : reason_text(why->reason);
	it->bytes = find_uri(s, span_str(it->name));
	return it->bytes.p != NULL ? NULL : "not in the cache";
}

/* ---- what is said ---------------------------------------------------- */

static void
emit_fault(struct emit *e, const struct fault *why)
{
	struct finding f = { .reason = why->reason,
		.effect = EFFECT_OBJECT,
		.offset = why->offset,
		.detail = span_str(why->detail) };

	emit_array(e, "findings");
	if (why->reason != REASON_OK)
		finding_emit(e, &f);
	emit_end(e);
}

static void
judge_issuer(struct show *s, struct shown *it, struct emit *e)
{
	struct rpki_issued in = { &s->issuer, s->at, &s->verifier };
	struct decode dec;

	decode_init(&dec, &it->arena, &s->conf.limits, it->bytes);
	if (rpki_issued(it->bytes, it->type, &in, &dec) != REASON_OK)
		it->good = false;
	emit_object(e, "issuer");
	emit_str(e, "file", s->issuer_path);
	emit_time(e, "at", s->at);
	emit_bool(e, "issued", dec.why.reason == REASON_OK);
	emit_fault(e, &dec.why);
	emit_end(e);
}

static const char *
match_file(const struct rsc *rsc, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct digest hash;
	struct buf bytes;
	const char *out = "unreadable";

	buf_init(&bytes, SIZE_MAX / 2);
	if (cli_read(&bytes, path)) {
		crypt_sha256(hash.b, buf_view(&bytes));
		switch (rsc_find(
		    rsc, span_str(slash != NULL ? slash + 1 : path), &hash)) {
		case RSC_LISTED:
			out = "listed";
			break;
		case RSC_DIFFERS:
			out = "differs";
			break;
		case RSC_NOT_LISTED:
			out = "not-listed";
			break;
		}
	}
	buf_fini(&bytes);
	return out;
}

/* Are the given files those of the checklist? */
static void
judge_lists(struct show *s, struct shown *it, struct emit *e)
{
	struct decode dec;
	struct cms cms;
	struct rsc rsc;

	decode_init(&dec, &it->arena, &s->conf.limits, it->bytes);
	if (cms_parse(&cms, it->bytes, &dec) != REASON_OK ||
	    rsc_parse(&rsc, cms.content, &dec) != REASON_OK)
		return; /* object_show has said why */
	emit_array(e, "checked_files");
	for (size_t i = 0; i < s->lists.n; i++) {
		const char *state = match_file(&rsc, s->lists.v[i]);

		emit_object(e, NULL);
		emit_str(e, "file", s->lists.v[i]);
		emit_str(e, "state", state);
		emit_end(e);
		if (strcmp(state, "listed") != 0)
			it->good = false;
	}
	emit_end(e);
}

static void
show_bytes(struct show *s, struct shown *it, struct emit *e)
{
	struct decode dec;

	it->type = object_type_by_name(span_str(it->name));
	if (it->type == OBJECT_UNKNOWN)
		it->type = object_type_guess(it->bytes);
	if (it->type == OBJECT_UNKNOWN &&
	    show_ledger(&it->good, e, it->bytes, s->crypt, &it->arena))
		return;
	decode_init(&dec, &it->arena, &s->conf.limits, it->bytes);
	it->good = object_show(e, it->bytes, it->type, &dec) == REASON_OK &&
		   it->type != OBJECT_UNKNOWN;
	if (s->issuer_path != NULL)
		judge_issuer(s, it, e);
	if (s->lists.n > 0 && it->type == OBJECT_RSC)
		judge_lists(s, it, e);
}

static bool
show_one(struct show *s, const char *name, struct emit *e)
{
	struct shown it = { .name = name };
	struct fault why;
	struct buf kept;
	const char *problem;

	fault_init(&why, SPAN(""));
	arena_init(&it.arena, SHOW_MEMORY);
	problem = get_bytes(s, &it, &kept, &why);
	emit_object(e, NULL);
	emit_str(e, is_uri(name) ? "uri" : "file", name);
	if (problem == NULL)
		show_bytes(s, &it, e);
	else {
		fault_init(&why, SPAN(""));
		(void)fault_say(&why, R_CONF_FILE, NULL, "%s", problem);
		emit_fault(e, &why);
		(void)failure(s->self, "%s: %s", name, problem);
	}
	emit_end(e);
	buf_fini(&kept);
	arena_fini(&it.arena);
	return it.good;
}

/* One is an object, several are an array of them. */
static int
show_all(struct show *s)
{
	struct buf text;
	struct emit e;
	bool good = true;
	int status;

	buf_init(&text, SIZE_MAX / 2);
	emit_init(&e, &text, s->json ? EMIT_JSON : EMIT_TEXT);
	if (s->names.n > 1)
		emit_array(&e, NULL);
	for (size_t i = 0; i < s->names.n; i++)
		good &= show_one(s, s->names.v[i], &e);
	if (s->names.n > 1)
		emit_end(&e);
	status = print_answer(s->self, &text);
	buf_fini(&text);
	return status == STATUS_DONE && !good ? STATUS_FAILED : status;
}

static int
run_show(const struct command *self, int argc, char **argv)
{
	struct show s = { .self = self, .at = time(NULL) };
	int status;

	conf_init(&s.conf);
	arena_init(&s.arena, SHOW_MEMORY);
	s.crypt = crypt_new();
	status = read_options(&s, argc, argv);
	if (status == STATUS_DONE && s.crypt == NULL)
		status = failure(self, "no memory");
	if (status == STATUS_DONE)
		status = configure(&s);
	if (status == STATUS_DONE) {
		s.verifier = crypt_verifier(s.crypt);
		status = read_issuer(&s);
	}
	if (status == STATUS_DONE)
		status = show_all(&s);
	store_read_end(s.read);
	store_close(s.store);
	buf_fini(&s.issuer_bytes);
	crypt_free(s.crypt);
	arena_fini(&s.arena);
	vec_fini(&s.names);
	vec_fini(&s.lists);
	conf_fini(&s.conf);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "json", .text = "as JSON" },
	{ .name = "issuer",
	    .argument = "CERT",
	    .text = "also judge whether this certificate issued it" },
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "time at which --issuer judges validity" },
	{ .name = "file",
	    .argument = "FILE",
	    .text = "is this file on the checklist? May be repeated" },
	OPTION_CONFIG,
	{ .name = "cache",
	    .argument = "DIR",
	    .text = "where objects named by URI are looked up" },
};

const struct command command_show = {
	.name = "show",
	.operands = "FILE|URI...",
	.text = "decode any object, and say what is wrong with it",
	.run = run_show,
	.n_rows = COUNT(rows),
	.rows = rows,
};
