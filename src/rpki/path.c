/* Certification paths: RFC 6487 7.2, RFC 8360 4.2.4.4. */
#include <string.h>

#include "rpki/path.h"

void
interval_init(struct interval *out, int64_t at)
{
	*out = (struct interval){
		.at = at, .from_at = INT64_MIN, .until_at = INT64_MAX
	};
}

bool
interval_reached(struct interval *i, int64_t when)
{
	if (i->at >= when) {
		if (when > i->from_at)
			i->from_at = when;
		return true;
	}
	if (when < i->until_at)
		i->until_at = when;
	return false;
}

static enum reason
say_time(struct fault *why, enum reason reason, const char *what, int64_t at)
{
	char text[32];

	time_write(text, sizeof(text), at);
	return fault_say(why, reason, NULL, "%s %s", what, text);
}

enum reason
path_check_time(
    const struct cert *cert, struct interval *time, struct fault *why)
{
	if (!interval_reached(time, cert->not_before_at))
		return say_time(
		    why, R_PATH_EARLY, "notBefore", cert->not_before_at);
	/* RFC 5280 4.1.2.5: notAfter is the last second of validity. */
	if (interval_reached(time, cert->not_after_at + 1))
		return say_time(
		    why, R_PATH_EXPIRED, "notAfter", cert->not_after_at);
	return REASON_OK;
}

enum reason
path_resources(struct resources *out, char cut[RESOURCE_TEXT],
    const struct cert *cert, const struct resources *issuer, struct decode *dec)
{
	struct resources own;

	cut[0] = '\0';
	resources_inherit(&own, &cert->resources, issuer);
	if (resources_contain(issuer, &own, cut)) {
		cut[0] = '\0';
		*out = own;
		return REASON_OK;
	}
	if (!cert->reconsidered)
		return fault_say(&dec->why, R_PATH_OVERCLAIM, NULL, "%s", cut);
	return resources_intersect(out, &own, issuer, dec->arena);
}

enum reason
path_resources_copy(
    struct resources *out, const struct resources *in, struct arena *a)
{
	struct resources r = *in;

	for (size_t i = 0; i < COUNT(r.ip); i++) {
		struct addr_set *s = &r.ip[i];

		s->r = ARENA_ARRAY(a, s->n, struct addr_range);
		if (s->r == NULL)
			return R_LIMIT_MEMORY;
		if (s->n > 0)
			memcpy(s->r, in->ip[i].r, s->n * sizeof(*s->r));
	}
	r.as.r = ARENA_ARRAY(a, r.as.n, struct asn_range);
	if (r.as.r == NULL)
		return R_LIMIT_MEMORY;
	if (r.as.n > 0)
		memcpy(r.as.r, in->as.r, r.as.n * sizeof(*r.as.r));
	*out = r;
	return REASON_OK;
}

bool
path_name(struct span *name, struct span folder, struct span uri)
{
	if (!span_starts(uri, folder))
		return false;
	uri = span_of(uri.p + folder.n, uri.n - folder.n);
	if (folder.n > 0 && folder.p[folder.n - 1] != '/') {
		if (uri.n == 0 || uri.p[0] != '/')
			return false;
		uri = span_of(uri.p + 1, uri.n - 1);
	}
	if (uri.n == 0 || memchr(uri.p, '/', uri.n) != NULL)
		return false;
	*name = uri;
	return true;
}
