/*
 * A clock that is behind what was signed and found good is wrong: a machine
 * without a battery wakes up in 1970, and for such a time nothing holds yet.
 * What trust anchors themselves have signed was not ahead of the clock when it
 * became a floor. So time stands at the newest of that until the clock is
 * right again, and the operator hears of it.
 */
#include "run/inside.h"

#define SLACK 3600 /* clocks that are nearly right: the TA's, ours */

/* When the manifest of this trust anchor was made, the newest found good; or
 * INT64_MIN. */
static int64_t
newest_of(struct run *run, const struct ta *ta)
{
	struct span der, uri;
	struct store_point point;
	struct digest issuer;
	struct decode dec;
	struct cert cert;

	if (!store_anchor(&der, &uri, run->now, &ta->tal_key))
		return INT64_MIN;
	decode_init(&dec, &run->work, &run->conf->limits, der);
	if (cert_parse(&cert, der, &dec) != REASON_OK ||
	    cert_check(&cert, CERT_TA, &dec) != REASON_OK)
		return INT64_MIN;
	crypt_sha256(issuer.b, cert.spki.der);
	if (!store_point(&point, run->now, &issuer, cert.manifest_uri) ||
	    !point.has_floor)
		return INT64_MIN;
	return point.floor.this_update_at;
}

static enum reason
say(struct run *run, const struct ta *ta, int64_t newest)
{
	struct finding f = { .reason = R_RUN_CLOCK,
		.effect = EFFECT_WARNING,
		.trust_anchor = ta->name };
	char text[128], clock[TIME_TEXT], then[TIME_TEXT];

	time_write(clock, sizeof(clock), run->clock_at);
	time_write(then, sizeof(then), newest);
	(void)snprintf(
	    text, sizeof(text), "it says %s, time stands at %s", clock, then);
	f.detail = arena_dup(&run->work, span_str(text));
	return f.detail.p != NULL ? run_find(run, &f) : R_LIMIT_MEMORY;
}

enum reason
clock_check(struct run *run)
{
	const struct ta *witness = NULL;
	int64_t newest = INT64_MIN;

	for (size_t i = 0; run->is_now && i < run->n_tas; i++) {
		int64_t at = newest_of(run, &run->tas[i]);

		if (at <= newest)
			continue;
		newest = at;
		witness = &run->tas[i];
	}
	if (witness == NULL || run->clock_at >= newest - SLACK)
		return REASON_OK;
	TRY(say(run, witness, newest));
	run->clock_at = run->at = newest;
	run->out->degraded = true;
	run->same.is_unsure = true; /* another run finds the clock right */
	return REASON_OK;
}
