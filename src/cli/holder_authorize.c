/* cairn holder authorize roa, aspa, router-key. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/holder.h"

#define CONTENT_MAX ((size_t)65536)

/* "192.0.2.0/24", or with the longest that may be announced "192.0.2.0/22-24"
 */
static bool
vrp_take(struct vrp *out, const char *text)
{
	const char *slash = strchr(text, '/');
	const char *dash = slash == NULL ? NULL : strchr(slash, '-');
	char prefix[PREFIX_TEXT];
	size_t n = dash == NULL ? strlen(text) : (size_t)(dash - text);
	uint64_t max;

	if (n >= sizeof(prefix))
		return false;
	memcpy(prefix, text, n);
	prefix[n] = '\0';
	if (!prefix_parse(&out->prefix, prefix))
		return false;
	out->max_len = out->prefix.len;
	if (dash == NULL)
		return true;
	if (!decimal_parse(
		&max, span_str(dash + 1), family_bits(out->prefix.family)) ||
	    max < out->prefix.len)
		return false;
	out->max_len = (uint8_t)max;
	return true;
}

static int
vrp_order(const void *a, const void *b)
{
	return vrp_cmp(a, b);
}

static int
asn_order(const void *a, const void *b)
{
	const struct asn *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

static int
asn_take(struct asn *out, const struct holder *h, size_t i, const char *which)
{
	if (h->operands.n <= i)
		return usage_error(h->self, "which %s?", which);
	return asn_parse(out, h->operands.v[i])
		   ? STATUS_DONE
		   : usage_error(h->self, "%s: an AS number is wanted",
			 h->operands.v[i]);
}

static int
roa_fill(struct buf *out, struct holder *h)
{
	struct roa roa = { .n = 0 };
	size_t n = 0;
	int status = asn_take(&roa.asn, h, 1, "AS number may originate it");

	if (status != STATUS_DONE)
		return status;
	if (h->operands.n < 3)
		return usage_error(h->self,
		    "which prefixes? 192.0.2.0/24, or 192.0.2.0/22-24 for all "
		    "down to /24");
	roa.vrps = ARENA_ARRAY(&h->arena, h->operands.n, struct vrp);
	if (roa.vrps == NULL)
		return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
	for (size_t i = 2; i < h->operands.n; i++) {
		if (!vrp_take(&roa.vrps[n], h->operands.v[i]))
			return usage_error(h->self,
			    "%s: a prefix, or PREFIX-LENGTH, is wanted",
			    h->operands.v[i]);
		roa.vrps[n++].asn = roa.asn;
	}
	qsort(roa.vrps, n, sizeof(*roa.vrps), vrp_order);
	for (size_t i = 0; i < n; i++) /* what is said twice counts once */
		if (roa.n == 0 ||
		    vrp_cmp(&roa.vrps[roa.n - 1], &roa.vrps[i]) != 0)
			roa.vrps[roa.n++] = roa.vrps[i];
	roa_write(out, &roa);
	return STATUS_DONE;
}

static int
aspa_fill(struct buf *out, struct holder *h)
{
	struct aspa aspa = { .n = 0 };
	struct asn *providers =
	    ARENA_ARRAY(&h->arena, h->operands.n + 1, struct asn);
	int status = asn_take(&aspa.customer, h, 1, "customer AS number");

	if (providers == NULL)
		return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
	for (size_t i = 2; i < h->operands.n && status == STATUS_DONE; i++)
		status = asn_take(&providers[aspa.n++], h, i, "providers");
	if (status == STATUS_DONE && aspa.n == 0)
		status = usage_error(
		    h->self, "which providers? AS0 alone means none at all");
	if (status != STATUS_DONE)
		return status;
	qsort(providers, aspa.n, sizeof(*providers), asn_order);
	aspa.providers = providers;
	aspa_write(out, &aspa);
	return STATUS_DONE;
}

/* SubjectPublicKeyInfo, as it is or between lines of PEM. */
static bool
public_key_read(struct buf *out, struct span text)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----\n",
			  end[] = "-----END PUBLIC KEY-----";
	const uint8_t *stop;

	if (!span_starts(text, span_of(begin, sizeof(begin) - 1))) {
		buf_span(out, text);
		return text.n > 0;
	}
	text =
	    span_of(text.p + sizeof(begin) - 1, text.n - (sizeof(begin) - 1));
	stop = memmem(text.p, text.n, end, sizeof(end) - 1);
	return stop != NULL &&
	       base64_parse(
		   out, span_of(text.p, (size_t)(stop - text.p)), true);
}

static int
router_key_fill(struct buf *out, struct holder *h)
{
	struct asn asn;
	struct buf text, key;
	size_t mark;
	int status = asn_take(&asn, h, 1, "AS number");

	if (status == STATUS_DONE && h->operands.n != 3)
		status = usage_error(
		    h->self, "which key? A file of its public half");
	if (status != STATUS_DONE)
		return status;
	buf_init(&text, CONTENT_MAX);
	buf_init(&key, CONTENT_MAX);
	if (!cli_read(&text, h->operands.v[2]))
		status = usage_error(
		    h->self, "%s: %s", h->operands.v[2], strerror(errno));
	else if (!public_key_read(&key, buf_view(&text)))
		status = usage_error(h->self,
		    "%s: a public key in PEM or DER is wanted (openssl pkey "
		    "-pubout)",
		    h->operands.v[2]);
	mark = der_open(out, DER_SEQUENCE);
	der_put_uint(out, asn.v);
	buf_span(out, buf_view(&key));
	der_close(out, mark);
	buf_fini(&text);
	buf_fini(&key);
	return status;
}

int
fill_authorize(struct holder *h)
{
	static const struct {
		const char *word;
		enum authorize_type type;
		int (*fill)(struct buf *, struct holder *);
	} kinds[] = { { "roa", AUTHORIZE_ROA, roa_fill },
		{ "aspa", AUTHORIZE_ASPA, aspa_fill },
		{ "router-key", AUTHORIZE_ROUTER_KEY, router_key_fill } };
	struct statement_body *b = &h->s->body;
	const char *word = h->operands.n > 0 ? h->operands.v[0] : "";
	struct buf content;
	int status;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		buf_init(&content, CONTENT_MAX);
		status = kinds[i].fill(&content, h);
		b->type = authorize_type_oid(kinds[i].type);
		b->content = content.failed
				 ? span_of(NULL, 0)
				 : arena_dup(&h->arena, buf_view(&content));
		buf_fini(&content);
		if (status == STATUS_DONE && b->content.p == NULL)
			status = failure(h->self, "too much for a statement");
		if (status == STATUS_DONE && h->until != NULL)
			status = holder_time(&b->time, h, "until", h->until);
		return status;
	}
	return usage_error(h->self,
	    "roa AS PREFIX..., aspa CUSTOMER PROVIDER... or router-key AS "
	    "FILE?");
}
