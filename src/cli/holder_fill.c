/* What statements say, from the command line: resources and keys. */
#include <string.h>

#include "cli/holder.h"

#define DAY 86400

/* ---- parts ----------------------------------------------------------- */

int
holder_resources(struct holder *h, size_t from)
{
	struct resources *r = &h->s->body.resources.set;

	if (h->operands.n <= from)
		return usage_error(h->self,
		    "which resources? 192.0.2.0/24, 2001:db8::/32, AS64500, "
		    "AS64500-AS64503, ...");
	for (size_t i = from; i < h->operands.n; i++) {
		enum reason why =
		    resources_add_text(r, &h->arena, h->operands.v[i]);

		if (why != REASON_OK)
			return usage_error(h->self, "%s: %s", h->operands.v[i],
			    reason_text(why));
	}
	addr_set_normalise(&r->ip[0], FAMILY_V4);
	addr_set_normalise(&r->ip[1], FAMILY_V6);
	asn_set_normalise(&r->as);
	return STATUS_DONE;
}

/* "30d" */
static bool
duration_parse(uint64_t *out, struct span text)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY },
		{ 'w', UINT64_C(7) * DAY }, { 'y', UINT64_C(365) * DAY } };

	for (size_t i = 0; i < COUNT(units); i++)
		if (text.n > 1 && text.p[text.n - 1] == units[i].letter) {
			if (!decimal_parse(
				out, span_of(text.p, text.n - 1), UINT32_MAX))
				return false;
			*out *= units[i].seconds;
			return true;
		}
	return false;
}

int
holder_time(
    uint64_t *out, const struct holder *h, const char *option, const char *text)
{
	uint64_t later;
	int64_t at;

	if (duration_parse(&later, span_str(text)))
		*out = (uint64_t)h->now + later;
	else if (time_parse(&at, text) && at >= 0)
		*out = (uint64_t)at;
	else
		return usage_error(h->self,
		    "--%s %s: a time (2027-01-31T00:00:00Z, or seconds since "
		    "1970) or a while from now (30d, 12h) is wanted",
		    option, text);
	return STATUS_DONE;
}

static int
until_take(struct holder *h)
{
	return h->until == NULL
		   ? STATUS_DONE
		   : holder_time(&h->s->body.time, h, "until", h->until);
}

static int
to_take(struct holder *h)
{
	return h->to == NULL ? usage_error(h->self, "--to HOLDER: to whom?")
			     : holder_resolve(&h->s->body.subject, h, h->to);
}

static int
operands_max(const struct holder *h, size_t n)
{
	return h->operands.n <= n
		   ? STATUS_DONE
		   : usage_error(h->self, "%s: one too many", h->operands.v[n]);
}

/* ---- keys and guardians ---------------------------------------------- */

static int
threshold_take(struct holder *h, struct statement_guardians *g)
{
	uint64_t n = g->n / 2 + 1; /* most of them */

	if (h->threshold != NULL &&
	    (!decimal_parse(&n, span_str(h->threshold), g->n) || n == 0))
		return usage_error(
		    h->self, "--threshold: from 1 to %u guardians",
		    (unsigned)g->n);
	g->threshold = g->n == 0 ? 0 : (unsigned)n;
	return STATUS_DONE;
}

/* A lock that nobody can open would be for ever. */
static int
lock_check(struct holder *h, const struct statement_guardians *g)
{
	struct ledger_holder guardian;
	size_t known = 0;
	char hex[65];
	int status = STATUS_DONE;

	for (size_t i = 0; i < g->n && status == STATUS_DONE; i++) {
		if (ledger_holder(&guardian, h->state, &g->holder[i])) {
			known++;
			continue;
		}
		hex_write(hex, SPAN_OF(g->holder[i].b));
		status = holder_warn(h,
		    "guardian %s is not in the ledger: it can sign nothing "
		    "until it is",
		    hex);
	}
	if (status == STATUS_DONE && g->lock && known < g->threshold &&
	    !h->anyway)
		status = usage_error(h->self,
		    "--lock: only %zu of the guardians are in the ledger, and "
		    "%u have to sign: nobody could unlock it (--anyway)",
		    known, g->threshold);
	return status;
}

static int
guardians_take(struct holder *h)
{
	struct statement_guardians *g = &h->s->body.guardians;
	int status = STATUS_DONE;

	if (h->guardians.n == 0 && !h->no_guardians)
		return h->lock || h->threshold != NULL
			   ? usage_error(h->self,
				 "--guardians: who may unlock and recover?")
			   : STATUS_DONE;
	if (h->guardians.n > 0 && h->no_guardians)
		return usage_error(h->self, "guardians, or none?");
	if (h->guardians.n > LEDGER_GUARDIANS)
		return usage_error(
		    h->self, "--guardians: %d at most", LEDGER_GUARDIANS);
	g->given = true;
	g->lock = h->lock;
	for (size_t i = 0; i < h->guardians.n && status == STATUS_DONE; i++)
		status =
		    holder_resolve(&g->holder[g->n++], h, h->guardians.v[i]);
	for (size_t i = 0; i < g->n && status == STATUS_DONE; i++)
		if (digest_eq(&g->holder[i], &h->file.id))
			status = usage_error(
			    h->self, "--guardians: others than yourself");
	if (status == STATUS_DONE)
		status = threshold_take(h, g);
	return status == STATUS_DONE ? lock_check(h, g) : status;
}

int
fill_enroll(struct holder *h)
{
	struct digest key;

	crypt_sha256(key.b, h->file.spki);
	if (!digest_eq(&key, &h->file.id))
		return usage_error(h->self,
		    "these keys are to recover another's: its guardians say "
		    "so (cairn holder recover)");
	h->s->body.key.der = h->file.spki;
	h->s->body.next = h->file.next;
	return guardians_take(h);
}

int
fill_rotate(struct holder *h)
{
	int status = operands_max(h, 0);

	if (status == STATUS_DONE)
		status = guardians_take(h);
	return status == STATUS_DONE ? holder_rotation_begin(h) : status;
}

/* The new keys are in a holder's file that their owner handed over. */
int
fill_recover(struct holder *h)
{
	struct statement_body *b = &h->s->body;
	struct holder_file file;
	struct span name = span_str(h->to != NULL ? h->to : "");
	const char *path;
	int status;

	if (h->operands.n != 1 || name.n == 0)
		return usage_error(h->self,
		    "whom, and --to which keys? A file NAME.holder of theirs, "
		    "made by \"cairn holder new NAME --of WHOM\"");
	if (span_ends(name, SPAN(".holder")))
		name.n -= sizeof(".holder") - 1;
	path = arena_str(&h->arena, name);
	if (path == NULL)
		return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
	status = holder_resolve(&b->subject, h, h->operands.v[0]);
	if (status == STATUS_DONE)
		status = holder_file_read(&file, h, path);
	else
		return status;
	if (status == STATUS_DONE && !digest_eq(&file.id, &b->subject))
		status = usage_error(h->self,
		    "%s.holder: its keys are for another holder", path);
	b->key.der = file.spki;
	b->next = file.next;
	vec_fini(&file.said);
	return status;
}

/* ---- who has what ---------------------------------------------------- */

int
fill_claim(struct holder *h)
{
	int status = holder_resources(h, 0);

	return status == STATUS_DONE ? holder_evidence(h) : status;
}

int
fill_release(struct holder *h)
{
	return holder_resources(h, 0);
}

static int
digest_take(struct digest *out, const struct holder *h, const char *option,
    const char *text)
{
	return hex_parse(out->b, sizeof(out->b), span_str(text))
		   ? STATUS_DONE
		   : usage_error(h->self,
			 "--%s: SHA-256 in 64 hexadecimal digits is wanted",
			 option);
}

int
fill_offer(struct holder *h)
{
	struct statement_body *b = &h->s->body;
	int status = holder_resources(h, 0);

	if (status == STATUS_DONE)
		status = to_take(h);
	if (status == STATUS_DONE)
		status = holder_time(
		    &b->time, h, "until", h->until != NULL ? h->until : "7d");
	if (status == STATUS_DONE && h->escrow != NULL) {
		b->has_escrow = true;
		status = holder_resolve(&b->escrow, h, h->escrow);
	}
	if (status == STATUS_DONE && h->hashlock != NULL) {
		b->has_hashlock = true;
		status = digest_take(&b->hashlock, h, "hashlock", h->hashlock);
	}
	return status;
}

static int
subject_take(struct holder *h, const char *what)
{
	if (h->operands.n != 1)
		return usage_error(h->self, "which %s?", what);
	return holder_statement(&h->s->body.subject, h, h->operands.v[0]);
}

int
fill_accept(struct holder *h)
{
	struct span *out = &h->s->body.preimage;
	uint8_t bytes[64];
	size_t n = h->preimage != NULL ? strlen(h->preimage) / 2 : 0;
	int status = subject_take(h, "offer");

	if (status != STATUS_DONE || h->preimage == NULL)
		return status;
	if (n < 1 || n > sizeof(bytes) ||
	    !hex_parse(bytes, n, span_str(h->preimage)))
		return usage_error(h->self,
		    "--preimage: 1 to 64 bytes in hexadecimal are wanted");
	*out = arena_dup(&h->arena, span_of(bytes, n));
	return out->p != NULL
		   ? STATUS_DONE
		   : failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

int
fill_settle(struct holder *h)
{
	if (h->complete == h->cancel)
		return usage_error(h->self, "--complete or --cancel it?");
	h->s->body.flag = h->complete;
	return subject_take(h, "offer");
}

int
fill_lease(struct holder *h)
{
	int status = holder_resources(h, 0);

	if (status == STATUS_DONE)
		status = to_take(h);
	if (status == STATUS_DONE && h->until == NULL)
		status = usage_error(h->self, "--until when?");
	h->s->body.flag = h->sublease;
	return status == STATUS_DONE ? until_take(h) : status;
}

/* ---- what it says ---------------------------------------------------- */

int
fill_withdraw(struct holder *h)
{
	return subject_take(h, "statement");
}

/* A statement; or a holder, which is its enrolment. */
int
fill_endorse(struct holder *h)
{
	struct digest *subject = &h->s->body.subject;
	struct ledger_holder whom;
	int status = until_take(h);

	if (status != STATUS_DONE)
		return status;
	if (h->operands.n != 1)
		return usage_error(h->self, "which statement or holder?");
	if ((hex_parse(
		 subject->b, sizeof(subject->b), span_str(h->operands.v[0])) ||
		ledger_name(subject, h->state, span_str(h->operands.v[0]))) &&
	    ledger_holder(&whom, h->state, subject)) {
		*subject = whom.enrolled;
		return STATUS_DONE;
	}
	return subject_take(h, "statement or holder");
}

int
fill_name(struct holder *h)
{
	if (h->operands.n != 1)
		return usage_error(h->self, "which name?");
	h->s->body.label = span_str(h->operands.v[0]);
	return h->s->body.label.n >= 3 && h->s->body.label.n <= 63
		   ? STATUS_DONE
		   : usage_error(
			 h->self, "a name has 3 to 63 of a-z, 0-9 and '-'");
}

/* "KIND=URI" or "KIND@REGION=URI" */
static bool
record_take(struct service_record *out, const char *text)
{
	const char *equals = strchr(text, '='), *at = strchr(text, '@');

	if (equals == NULL)
		return false;
	out->uri = span_str(equals + 1);
	if (at != NULL && at < equals)
		out->region = span_of(at + 1, (size_t)(equals - at - 1));
	else
		at = equals;
	out->kind = span_of(text, (size_t)(at - text));
	return out->kind.n > 0 && out->uri.n > 0;
}

int
fill_service(struct holder *h)
{
	struct statement_body *b = &h->s->body;

	if ((h->operands.n == 0) != h->none)
		return usage_error(
		    h->self, "KIND=URI or KIND@REGION=URI for each, or --none");
	if (h->operands.n > LEDGER_SERVICES)
		return usage_error(h->self, "%d at most", LEDGER_SERVICES);
	for (size_t i = 0; i < h->operands.n; i++)
		if (!record_take(&b->records[b->n_records++], h->operands.v[i]))
			return usage_error(h->self,
			    "%s: KIND=URI or KIND@REGION=URI is wanted",
			    h->operands.v[i]);
	return STATUS_DONE;
}

static int
ds_take(struct holder *h, const char *text)
{
	struct statement_body *b = &h->s->body;
	size_t n = strlen(text) / 2;
	uint8_t bytes[68];

	if (b->n_ds == LEDGER_RDNS)
		return usage_error(h->self, "--ds: %d at most", LEDGER_RDNS);
	if (n < 5 || n > sizeof(bytes) || !hex_parse(bytes, n, span_str(text)))
		return usage_error(h->self,
		    "--ds %s: the record's data, 5 to 68 bytes in hexadecimal, "
		    "is wanted",
		    text);
	b->ds[b->n_ds] = arena_dup(&h->arena, span_of(bytes, n));
	return b->ds[b->n_ds++].p != NULL
		   ? STATUS_DONE
		   : failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

int
fill_rdns(struct holder *h)
{
	struct statement_body *b = &h->s->body;
	int status = STATUS_DONE;

	if (h->operands.n == 0 || !prefix_parse(&b->prefix, h->operands.v[0]))
		return usage_error(
		    h->self, "which prefix, and served by which servers?");
	if (h->operands.n - 1 > LEDGER_RDNS)
		return usage_error(h->self, "%d servers at most", LEDGER_RDNS);
	for (size_t i = 1; i < h->operands.n; i++)
		b->servers[b->n_records++] = span_str(h->operands.v[i]);
	for (size_t i = 0; i < h->ds.n && status == STATUS_DONE; i++)
		status = ds_take(h, h->ds.v[i]);
	return status;
}
