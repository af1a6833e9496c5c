/* Evidence for a claim: a checklist, and the certificates above it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/holder.h"

#define SMALL_FILE ((size_t)1 << 20)
#define DAY        86400

static int
no_memory(const struct holder *h)
{
	return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

static int
bytes_read(struct span *out, struct holder *h, const char *path)
{
	struct buf text;
	int status = STATUS_DONE;

	buf_init(&text, SMALL_FILE);
	if (!cli_read(&text, path))
		status = usage_error(h->self, "%s: %s", path, strerror(errno));
	else
		*out = arena_dup(&h->arena, buf_view(&text));
	buf_fini(&text);
	return status == STATUS_DONE && out->p == NULL ? no_memory(h) : status;
}

/* What a fault says of a certificate or key, in the user's words. */
static int
not_made(struct holder *h, const struct decode *dec, enum reason why)
{
	const char *path = h->evidence.v[h->evidence.n - 1];

	return usage_error(h->self, "%s: %s: %s%s%s", path, reason_id(why),
	    reason_text(why), dec->why.detail[0] != '\0' ? ": " : "",
	    dec->why.detail);
}

/* Sign a checklist with a key of its own, as the CA. It is valid for as long
 * as ledger time may take to reach it. */
static int
checklist_make(struct holder *h, const struct crypt_secret *ca)
{
	struct statement_body *b = &h->s->body;
	const int64_t at = (int64_t)ledger_summary(h->state).time;
	struct evidence_spec spec = {
		.ledger = h->s->ledger,
		.holder = h->s->holder,
		.resources = b->resources.set,
		.ca_cert = b->chain[b->n_chain - 1],
		.ca_key = ca,
		.from_at = (at < h->now ? at : h->now) - DAY,
		.until_at = (at > h->now ? at : h->now) + 30 * DAY,
	};
	struct crypt_secret *ee = crypt_secret_generate(CRYPT_RSA);
	struct decode dec;
	struct digest serial;
	struct span spki;
	struct buf out;
	enum reason why = R_LIMIT_MEMORY;

	decode_init(&dec, &h->arena, ledger_limits(), spec.ca_cert);
	buf_init(&out, SMALL_FILE);
	if (ee != NULL &&
	    ledger_key(&spki, &serial, ee, &h->arena) == REASON_OK) {
		serial.b[0] = (uint8_t)((serial.b[0] & 0x3f) | 0x40);
		spec.serial = span_of(serial.b, 16);
		spec.ee_key = ee;
		why = evidence_write(&out, &spec, &dec);
	}
	if (why == REASON_OK)
		b->rsc = arena_dup(&h->arena, buf_view(&out));
	buf_fini(&out);
	crypt_secret_free(ee);
	return why == REASON_OK && b->rsc.p != NULL ? STATUS_DONE
						    : not_made(h, &dec, why);
}

int
holder_evidence(struct holder *h)
{
	struct statement_body *b = &h->s->body;
	struct crypt_secret *ca = NULL;
	int status = STATUS_DONE;

	if (h->evidence.n == 0 && h->ca_key == NULL && h->checklist == NULL)
		return STATUS_DONE;
	if (h->evidence.n == 0 || (h->ca_key == NULL) == (h->checklist == NULL))
		return usage_error(h->self,
		    "--evidence CERT... (the trust anchor's first) with either "
		    "--ca-key, to sign a checklist, or --checklist, one that "
		    "is signed");
	if (h->evidence.n > LEDGER_CHAIN)
		return usage_error(
		    h->self, "--evidence: %d at most", LEDGER_CHAIN);
	b->has_evidence = true;
	for (size_t i = 0; i < h->evidence.n && status == STATUS_DONE; i++)
		status =
		    bytes_read(&b->chain[b->n_chain++], h, h->evidence.v[i]);
	if (status == STATUS_DONE && h->checklist != NULL)
		return bytes_read(&b->rsc, h, h->checklist);
	if (status == STATUS_DONE)
		status = secret_file_read(&ca, &h->passphrase, h->ca_key);
	if (status == STATUS_DONE)
		status = checklist_make(h, ca);
	crypt_secret_free(ca);
	return status;
}

/* The file to list, for a CA whose key is elsewhere. */
int
holder_binding(struct holder *h)
{
	struct buf resources, out;
	struct digest hash;
	char hex[65];
	int status = holder_file_find(h);

	if (status == STATUS_DONE)
		status = holder_open(h);
	if (status == STATUS_DONE)
		status = holder_resources(h, 0);
	if (status == STATUS_DONE && h->out == NULL)
		status = usage_error(h->self, "-o FILE: where shall it go?");
	if (status != STATUS_DONE)
		return status;
	buf_init(&resources, SMALL_FILE);
	buf_init(&out, SMALL_FILE);
	statement_resources_write(&resources, &h->s->body.resources.set);
	h->s->ledger = ledger_summary(h->state).genesis;
	evidence_binding(
	    &out, &h->s->ledger, &h->file.id, buf_view(&resources));
	crypt_sha256(hash.b, buf_view(&out));
	hex_write(hex, SPAN_OF(hash.b));
	(void)unlink(h->out);
	if (out.failed || resources.failed)
		status = no_memory(h);
	else
		status = secret_bytes_make(h->self, h->out, &out);
	buf_fini(&resources);
	buf_fini(&out);
	if (status == STATUS_DONE && !h->quiet)
		(void)printf("%s\n", hex);
	return status;
}
