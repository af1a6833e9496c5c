/* What no rule can prevent, said to whom it would hurt before it is signed. */
#include <string.h>

#include "cli/holder.h"

/* What is taken over, and what the state says of it. */
struct look {
	struct holder *h;
	struct resources of;
	struct digest offer; /* accept: to be found */
	bool found, attested, self, fresh, contested, foreign;
	uint64_t until;
	struct resources held; /* by the author, or leased to it */
	int status;
};

static bool
meets(struct look *l, const struct resources *other)
{
	struct resources both;

	if (resources_intersect(&both, &l->of, other, &l->h->arena) !=
	    REASON_OK)
		return false;
	return !resources_is_empty(&both);
}

static enum reason
hold_look(void *ctx, const struct ledger_fact *f)
{
	struct look *l = ctx;

	if (f->kind != FACT_HOLD || !meets(l, &f->resources))
		return REASON_OK;
	if (f->level == 0)
		l->self = true;
	else
		l->attested = true;
	if (f->fresh) {
		l->fresh = true;
		if (f->until > l->until)
			l->until = f->until;
	}
	l->contested |= f->flag;
	l->foreign |= !digest_eq(&f->holder, &l->h->file.id);
	return REASON_OK;
}

static int
look_at(struct look *l, enum reason (*take)(void *, const struct ledger_fact *))
{
	const struct ledger_facts facts = { take, l };
	enum reason why = ledger_facts(l->h->state, &facts);

	return why == REASON_OK ? STATUS_DONE
				: failure(l->h->self, "%s", reason_text(why));
}

/* ---- whoever takes something over ------------------------------------ */

static enum reason
offer_look(void *ctx, const struct ledger_fact *f)
{
	struct look *l = ctx;
	struct resources nothing = { 0 };

	if (f->kind != FACT_OFFER || !digest_eq(&f->statement, &l->offer))
		return REASON_OK;
	l->found = true;
	/* A copy: the fact's own are gone after the call. */
	return resources_subtract(
	    &l->of, &f->resources, &nothing, &l->h->arena);
}

static enum reason
lease_look(void *ctx, const struct ledger_fact *f)
{
	struct look *l = ctx;
	char at[TIME_TEXT];

	if (f->kind != FACT_LEASE || !meets(l, &f->resources))
		return REASON_OK;
	time_write(at, sizeof(at), (int64_t)f->until);
	if (holder_warn(l->h,
		"some of it is leased out until %s: the lease goes with it",
		at) != STATUS_DONE)
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static int
levels_warn(struct look *l)
{
	char at[TIME_TEXT];
	int status = STATUS_DONE;

	time_write(at, sizeof(at), (int64_t)l->until);
	if (l->self)
		status = holder_warn(l->h,
		    "some of it is self-asserted only (level 0): whoever has "
		    "evidence for it, the seller too, can take it back at any "
		    "time");
	if (status == STATUS_DONE && l->attested && l->fresh)
		status = holder_warn(l->h,
		    "its claim can be contested until %s: the seller could "
		    "attest it again until then, and nothing of it would be "
		    "emitted",
		    at);
	return status;
}

static int
accept_warn(struct holder *h)
{
	struct look l = { .h = h, .offer = h->s->body.subject };
	int status = look_at(&l, offer_look);

	if (status == STATUS_DONE && l.found)
		status = look_at(&l, hold_look);
	if (status == STATUS_DONE && l.found)
		status = levels_warn(&l);
	return status == STATUS_DONE && l.found ? look_at(&l, lease_look)
						: status;
}

/* ---- whoever gives, claims or says ----------------------------------- */

static int
offer_warn(struct holder *h)
{
	const struct statement_body *b = &h->s->body;

	if (b->has_escrow || b->has_hashlock)
		return STATUS_DONE;
	return holder_warn(h,
	    "without --escrow or --hashlock the taker has it as soon as it "
	    "accepts, whatever was agreed on in return");
}

static int
claim_warn(struct holder *h)
{
	const struct ledger_summary sum = ledger_summary(h->state);
	char at[TIME_TEXT];

	if (h->s->body.has_evidence)
		return STATUS_DONE;
	if (sum.challenge == 0)
		return holder_warn(h,
		    "self-asserted: whoever has evidence for it can take it");
	time_write(at, sizeof(at), (int64_t)(sum.time + sum.challenge));
	return holder_warn(h,
	    "self-asserted: whoever has evidence for it can take it, and it "
	    "emits nothing before ledger time %s",
	    at);
}

static int
release_warn(struct holder *h)
{
	struct look l = { .h = h, .of = h->s->body.resources.set };
	int status = look_at(&l, hold_look);

	return status == STATUS_DONE && l.contested && !l.foreign
		   ? holder_warn(h, "it is contested: all of it that is passes "
				    "to the contender")
		   : status;
}

/* What a ROA, an ASPA or a router key is about. */
static int
content_resources(struct resources *out, struct holder *h)
{
	const struct statement_body *b = &h->s->body;
	enum reason why = authorize_resources(out, b, &h->arena);

	return why == REASON_OK
		   ? STATUS_DONE
		   : usage_error(h->self,
			 "not what an authorization may hold: %s: %s",
			 reason_id(why), reason_text(why));
}

static enum reason
cover_look(void *ctx, const struct ledger_fact *f)
{
	struct look *l = ctx;
	struct resources left;

	if ((f->kind != FACT_HOLD || !digest_eq(&f->holder, &l->h->file.id)) &&
	    (f->kind != FACT_LEASE || !digest_eq(&f->to, &l->h->file.id)))
		return REASON_OK;
	(void)hold_look(ctx, f);
	if (resources_subtract(&left, &l->held, &f->resources, &l->h->arena) !=
	    REASON_OK)
		return R_LIMIT_MEMORY;
	l->held = left;
	return REASON_OK;
}

static int
authorize_warn(struct holder *h)
{
	struct look l = { .h = h };
	char at[TIME_TEXT];
	int status = content_resources(&l.of, h);

	l.held = l.of; /* less all that is found */
	if (status == STATUS_DONE)
		status = look_at(&l, cover_look);
	time_write(at, sizeof(at), (int64_t)l.until);
	if (status == STATUS_DONE && !resources_is_empty(&l.held))
		status = holder_warn(h,
		    "not all of it is yours: what you neither hold nor lease "
		    "is not emitted");
	if (status == STATUS_DONE && l.self && l.fresh)
		status = holder_warn(h,
		    "it is claimed without evidence, and young: nothing is "
		    "emitted before ledger time %s",
		    at);
	return status == STATUS_DONE && l.contested
		   ? holder_warn(h, "some of it is contested: that is not "
				    "emitted")
		   : status;
}

int
holder_warnings(struct holder *h)
{
	switch ((int)h->s->kind) {
	case STATEMENT_CLAIM:
		return claim_warn(h);
	case STATEMENT_RELEASE:
		return release_warn(h);
	case STATEMENT_OFFER:
		return offer_warn(h);
	case STATEMENT_ACCEPT:
		return accept_warn(h);
	case STATEMENT_AUTHORIZE:
		return authorize_warn(h);
	default:
		return STATUS_DONE;
	}
}
