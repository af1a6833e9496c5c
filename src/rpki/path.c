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
	struct resources own = cert->resources, named = own;

	cut[0] = '\0';
	/* What is inherited is the issuer's, however much it is. */
	path_drop_inherited(&named);
	if (resources_contain(issuer, &named, cut)) {
		cut[0] = '\0';
		resources_inherit(out, &own, issuer);
		return REASON_OK;
	}
	if (!cert->reconsidered)
		return fault_say(&dec->why, R_PATH_OVERCLAIM, NULL, "%s", cut);
	TRY(resources_intersect(&named, &named, issuer, dec->arena));
	/* What is cut to nothing is named all the same: there are profiles
	 * that forbid it. */
	for (size_t i = 0; i < COUNT(own.ip); i++)
		if (own.ip[i].holding == HOLDS_SOME)
			own.ip[i] = (struct addr_set){ HOLDS_SOME,
				named.ip[i].n, named.ip[i].r };
	if (own.as.holding == HOLDS_SOME)
		own.as = (struct asn_set){ HOLDS_SOME, named.as.n, named.as.r };
	resources_inherit(out, &own, issuer);
	return REASON_OK;
}

void
path_drop_inherited(struct resources *r)
{
	for (size_t i = 0; i < COUNT(r->ip); i++)
		if (r->ip[i].holding == HOLDS_INHERIT)
			r->ip[i] = (struct addr_set){ 0 };
	if (r->as.holding == HOLDS_INHERIT)
		r->as = (struct asn_set){ 0 };
}

/* Replace the array by a copy of its n elements. */
static bool
copy_array(void **array, size_t n, size_t size, struct arena *a)
{
	void *copy = arena_array(a, n, size);

	if (copy != NULL && n > 0)
		memcpy(copy, *array, n * size);
	*array = copy;
	return copy != NULL;
}

enum reason
path_resources_copy(struct resources *out, const struct resources *in,
    const struct resources *lender, struct arena *a)
{
	struct resources r = *in;

	for (size_t i = 0; i < COUNT(r.ip); i++) {
		struct addr_set *s = &r.ip[i];
		void *ranges = s->r;

		if (lender != NULL && s->r == lender->ip[i].r)
			continue;
		if (!copy_array(&ranges, s->n, sizeof(*s->r), a))
			return R_LIMIT_MEMORY;
		s->r = ranges;
	}
	if (lender == NULL || r.as.r != lender->as.r) {
		void *ranges = r.as.r;

		if (!copy_array(&ranges, r.as.n, sizeof(*r.as.r), a))
			return R_LIMIT_MEMORY;
		r.as.r = ranges;
	}
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
