/*
 * `ledger NAME { }`: its settings, and a block a statement, in the order in
 * which they are in the log. doc/world.md says what each word means.
 */
#include <string.h>

#include "world/parse.h"

enum {
	CHALLENGE_MAX = 31536000,
	YEARS = 315360000 /* ten, in seconds */
};

/* ---- words of both --------------------------------------------------- */

static enum reason
names_take(struct parser *p, struct world_names *out)
{
	size_t before = out->n;

	while (p->token.n > 0 && !parse_is(p, "}") && !parse_is(p, "{")) {
		if (out->n == WORLD_NAMES)
			return parse_refuse(p, "too many names", p->token);
		/* A list ends where the next word of the language begins. */
		if (out->n > before && ledger_is_word(p->token))
			return REASON_OK;
		TRY(parse_name(p, &out->name[out->n++]));
	}
	return out->n > before ? REASON_OK
			       : parse_refuse(p, "a name expected", p->token);
}

/* "-20h", "30d", "0": after the time of the world. */
static enum reason
time_take(struct parser *p, int64_t *out)
{
	struct span s = p->token;
	bool before = s.n > 0 && s.p[0] == '-';
	uint64_t n, unit = 1;

	if (before)
		s = span_of(s.p + 1, s.n - 1);
	if (s.n > 1 && strchr("smhd", s.p[s.n - 1]) != NULL) {
		unit = s.p[s.n - 1] == 's'   ? 1
		       : s.p[s.n - 1] == 'm' ? 60
		       : s.p[s.n - 1] == 'h' ? 3600
					     : 86400;
		s.n--;
	}
	if (!decimal_parse(&n, s, YEARS / unit))
		return parse_refuse(
		    p, "a time such as -20h or 30d expected", p->token);
	*out = (int64_t)(n * unit) * (before ? -1 : 1);
	parse_next(p);
	return REASON_OK;
}

static enum reason
number_take(struct parser *p, uint64_t *out, uint64_t max)
{
	if (!decimal_parse(out, p->token, max))
		return parse_refuse(p, "not a number for this", p->token);
	parse_next(p);
	return REASON_OK;
}

/* ---- the ledger ------------------------------------------------------ */

enum reason
ledger_open(struct parser *p)
{
	struct world_ledger *l =
	    ARENA_NEW(&p->world->arena, struct world_ledger);

	if (l == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	if (p->world->ledger != NULL)
		return parse_refuse(p, "one ledger is enough", p->token);
	l->line = p->token_line;
	l->tail = &l->says;
	l->challenge = 3600;
	l->begin = -86400;
	parse_next(p);
	TRY(parse_name(p, &l->name));
	if (!parse_is(p, "{"))
		return parse_refuse(p, "'{' expected", p->token);
	parse_next(p);
	p->world->ledger = p->ledger = l;
	return REASON_OK;
}

static enum reason
setting_take(bool *taken, struct parser *p)
{
	struct world_ledger *l = p->ledger;
	const char *words[] = { "origin", "challenge", "begin", "cosigned",
		"anchors", "witnesses" };
	size_t i = 0;

	while (i < COUNT(words) && !parse_is(p, words[i]))
		i++;
	*taken = i < COUNT(words);
	if (!*taken)
		return REASON_OK;
	parse_next(p);
	switch (i) {
	case 0:
		return parse_string(p, &l->origin);
	case 1:
		return number_take(p, &l->challenge, CHALLENGE_MAX);
	case 2:
		return time_take(p, &l->begin);
	case 3:
		return time_take(p, &l->cosigned);
	case 4:
		return names_take(p, &l->anchors);
	default:
		return names_take(p, &l->witnesses);
	}
}

/* ---- statements ------------------------------------------------------ */

static const struct {
	const char *word;
	enum statement_kind kind;
	enum authorize_type type;
} kinds[] = {
	{ "holder", STATEMENT_ENROLL, 0 },
	{ "tick", STATEMENT_TICK, 0 },
	{ "rotate", STATEMENT_ROTATE, 0 },
	{ "recover", STATEMENT_RECOVER, 0 },
	{ "claim", STATEMENT_CLAIM, 0 },
	{ "release", STATEMENT_RELEASE, 0 },
	{ "offer", STATEMENT_OFFER, 0 },
	{ "accept", STATEMENT_ACCEPT, 0 },
	{ "settle", STATEMENT_SETTLE, 0 },
	{ "lease", STATEMENT_LEASE, 0 },
	{ "roa", STATEMENT_AUTHORIZE, AUTHORIZE_ROA },
	{ "aspa", STATEMENT_AUTHORIZE, AUTHORIZE_ASPA },
	{ "router", STATEMENT_AUTHORIZE, AUTHORIZE_ROUTER_KEY },
	{ "withdraw", STATEMENT_WITHDRAW, 0 },
	{ "endorse", STATEMENT_ENDORSE, 0 },
	{ "name", STATEMENT_NAME, 0 },
	{ "service", STATEMENT_SERVICE, 0 },
	{ "rdns", STATEMENT_RDNS, 0 },
	{ "again", STATEMENT_KINDS, 0 },
};

static enum reason
say_open(struct parser *p, size_t kind)
{
	struct world_say *s = ARENA_NEW(&p->world->arena, struct world_say);

	if (s == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	s->item.kind = WORLD_KINDS;
	s->item.line = p->token_line;
	s->item.vrps_tail = &s->item.vrps;
	s->kind = kinds[kind].kind;
	s->type = kinds[kind].type;
	s->again = s->kind == STATEMENT_KINDS;
	parse_next(p);
	TRY(parse_name(p, &s->item.name));
	if (!parse_is(p, "{"))
		return parse_refuse(p, "'{' expected", p->token);
	parse_next(p);
	*p->ledger->tail = s;
	p->ledger->tail = &s->next;
	p->ledger->n++;
	p->say = s;
	return REASON_OK;
}

static enum reason
say_fault(struct parser *p)
{
	p->say->fault = world_ledger_fault(p->token);
	if (p->say->fault == NULL)
		return parse_refuse(p, "no such fault", p->token);
	parse_next(p);
	return REASON_OK;
}

static enum reason
say_emits(struct parser *p)
{
	static const char *const words[] = {
		[EMITS_NOTHING] = "nothing",
		[EMITS_SELF_ASSERTED] = "self-asserted",
		[EMITS_ATTESTED] = "attested",
		[EMITS_CONTESTED] = "contested",
		[EMITS_YOUNG] = "young",
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (parse_is(p, words[i])) {
			p->say->emits = (enum world_emits)i;
			parse_next(p);
			return REASON_OK;
		}
	return parse_refuse(p, "nobody knows this", p->token);
}

static enum reason
say_record(struct parser *p)
{
	struct world_say *s = p->say;
	struct service_record *r = &s->records[s->n_records];
	const char *text;

	if (s->n_records++ == COUNT(s->records))
		return parse_refuse(p, "too many records", p->token);
	TRY(parse_string(p, &text));
	r->kind = span_str(text);
	TRY(parse_string(p, &text));
	r->uri = span_str(text);
	if (p->token.n != 2 || p->token.p[0] < 'A' || p->token.p[0] > 'Z')
		return REASON_OK;
	TRY(parse_string(p, &text));
	r->region = span_str(text);
	return REASON_OK;
}

static enum reason
say_threshold(struct parser *p)
{
	uint64_t n;

	TRY(number_take(p, &n, WORLD_NAMES));
	p->say->threshold = (unsigned)n;
	return REASON_OK;
}

static enum reason
say_time(struct parser *p)
{
	p->say->has_time = true;
	return time_take(p, &p->say->time);
}

static enum reason
say_keys(struct parser *p)
{
	p->say->is_rsa = true;
	return REASON_OK;
}

static enum reason
say_lock(struct parser *p)
{
	p->say->lock = true;
	return REASON_OK;
}

static enum reason
say_sublease(struct parser *p)
{
	p->say->sublease = true;
	return REASON_OK;
}

static enum reason
say_complete(struct parser *p)
{
	p->say->complete = true;
	return REASON_OK;
}

static enum reason
say_cancel(struct parser *p)
{
	p->say->complete = false;
	return REASON_OK;
}

#define AT(member) offsetof(struct world_say, member)

/* A word, and where what stands behind it goes: by itself, as a name, as
 * text, as names, or as a property of an item. */
static const struct {
	const char *word;
	enum reason (*take)(struct parser *);
	enum reason (*item)(struct parser *, struct world_item *);
	size_t name, text, names; /* in struct world_say; 0: none */
} words[] = {
	{ .word = "by", .name = AT(by) },
	{ .word = "to", .name = AT(to) },
	{ .word = "of", .name = AT(of) },
	{ .word = "escrow", .name = AT(escrow) },
	{ .word = "evidence", .name = AT(evidence) },
	{ .word = "new-keys", .name = AT(new_keys) },
	{ .word = "hashlock", .text = AT(hashlock) },
	{ .word = "preimage", .text = AT(preimage) },
	{ .word = "label", .text = AT(label) },
	{ .word = "ds", .text = AT(ds) },
	{ .word = "guardians", .names = AT(guardians) },
	{ .word = "with", .names = AT(with) },
	{ .word = "endorsers", .names = AT(endorsers) },
	{ .word = "servers", .names = AT(servers) },
	{ .word = "resources", .item = item_resources },
	{ .word = "as", .item = item_as },
	{ .word = "customer", .item = item_as },
	{ .word = "prefix", .item = item_prefix },
	{ .word = "maxlen", .item = item_maxlen },
	{ .word = "providers", .item = item_providers },
	{ .word = "until", .take = say_time },
	{ .word = "at", .take = say_time },
	{ .word = "threshold", .take = say_threshold },
	{ .word = "lock", .take = say_lock },
	{ .word = "rsa", .take = say_keys },
	{ .word = "sublease", .take = say_sublease },
	{ .word = "complete", .take = say_complete },
	{ .word = "cancel", .take = say_cancel },
	{ .word = "record", .take = say_record },
	{ .word = "fault", .take = say_fault },
	{ .word = "emits", .take = say_emits },
};

bool
ledger_is_word(struct span token)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (span_eq(span_str(words[i].word), token))
			return true;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_eq(span_str(kinds[i].word), token))
			return true;
	return span_eq(token, SPAN("origin")) ||
	       span_eq(token, SPAN("challenge")) ||
	       span_eq(token, SPAN("begin")) ||
	       span_eq(token, SPAN("cosigned")) ||
	       span_eq(token, SPAN("anchors")) ||
	       span_eq(token, SPAN("witnesses"));
}

static enum reason
say_word(struct parser *p)
{
	uint8_t *at = (uint8_t *)p->say;

	for (size_t i = 0; i < COUNT(words); i++) {
		if (!parse_is(p, words[i].word))
			continue;
		parse_next(p);
		if (words[i].take != NULL)
			return words[i].take(p);
		if (words[i].item != NULL)
			return words[i].item(p, &p->say->item);
		if (words[i].name != 0)
			return parse_name(
			    p, (const char **)(void *)(at + words[i].name));
		if (words[i].text != 0)
			return parse_string(
			    p, (const char **)(void *)(at + words[i].text));
		return names_take(
		    p, (struct world_names *)(void *)(at + words[i].names));
	}
	return parse_refuse(p, "this has no place here", p->token);
}

static bool
is_content_given(const struct world_say *s)
{
	return s->type == AUTHORIZE_ROA    ? s->item.n_vrps > 0
	       : s->type == AUTHORIZE_ASPA ? s->item.n_providers > 0
					   : s->item.asn.v != 0;
}

/* What a block must have said when it ends. */
static enum reason
say_close(struct parser *p)
{
	const struct world_say *s = p->say;
	const char *missing = NULL;

	if (s->by == NULL && !s->again && s->kind != STATEMENT_TICK &&
	    s->kind != STATEMENT_ENROLL)
		missing = "who says it? 'by HOLDER'";
	if (s->kind == STATEMENT_AUTHORIZE && !is_content_given(s))
		missing = "it authorizes nothing";
	if ((s->kind == STATEMENT_OFFER || s->kind == STATEMENT_LEASE) &&
	    (s->to == NULL || !s->has_time))
		missing = "to whom and until when?";
	if ((s->kind == STATEMENT_ACCEPT || s->kind == STATEMENT_SETTLE ||
		s->kind == STATEMENT_WITHDRAW || s->kind == STATEMENT_ENDORSE ||
		s->kind == STATEMENT_RECOVER || s->again) &&
	    s->of == NULL)
		missing = "of what?";
	if (s->kind == STATEMENT_TICK && !s->has_time)
		missing = "a tick needs 'at TIME'";
	if (s->kind == STATEMENT_NAME && s->label == NULL)
		missing = "a name needs a label";
	if (s->kind == STATEMENT_RDNS && s->item.n_vrps != 1)
		missing = "one prefix expected";
	if (missing != NULL)
		return parse_refuse(p, missing, span_str(s->item.name));
	parse_next(p);
	p->say = NULL;
	return REASON_OK;
}

enum reason
ledger_word(struct parser *p)
{
	bool taken;

	if (p->say != NULL)
		return parse_is(p, "}") ? say_close(p) : say_word(p);
	if (parse_is(p, "}")) {
		if (p->ledger->origin == NULL)
			return parse_refuse(p, "a ledger needs an origin",
			    span_str(p->ledger->name));
		parse_next(p);
		p->ledger = NULL;
		return REASON_OK;
	}
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (parse_is(p, kinds[i].word))
			return say_open(p, i);
	TRY(setting_take(&taken, p));
	return taken ? REASON_OK
		     : parse_refuse(p, "this has no place here", p->token);
}

/* ---- names ----------------------------------------------------------- */

const struct world_ca *
world_ca_find(const struct world *w, const char *name)
{
	for (const struct world_ca *ca = w->cas; ca != NULL; ca = ca->next)
		if (strcmp(ca->item->name, name) == 0)
			return ca;
	return NULL;
}

static bool
is_earlier(
    const struct world_say *first, const struct world_say *s, const char *name)
{
	for (; first != s; first = first->next)
		if (strcmp(first->item.name, name) == 0)
			return true;
	return false;
}

static enum reason
say_resolve(const struct parser *p, const struct world_say *s)
{
	const struct world_ledger *l = p->world->ledger;

	if (is_earlier(l->says, s, s->item.name))
		return parse_refuse(
		    p, "a second of this name", span_str(s->item.name));
	if (s->of != NULL && s->kind != STATEMENT_RECOVER &&
	    !is_earlier(l->says, s, s->of))
		return parse_refuse(
		    p, "no earlier statement of this name", span_str(s->of));
	if (s->evidence != NULL && world_ca_find(p->world, s->evidence) == NULL)
		return parse_refuse(
		    p, "no CA of this name", span_str(s->evidence));
	return REASON_OK;
}

enum reason
ledger_resolve(struct parser *p)
{
	const struct world_ledger *l = p->world->ledger;
	const struct world_ca *ca;

	p->token_line = l->line;
	for (size_t i = 0; i < l->anchors.n; i++) {
		ca = world_ca_find(p->world, l->anchors.name[i]);
		if (ca == NULL || ca->parent != NULL)
			return parse_refuse(p, "no trust anchor of this name",
			    span_str(l->anchors.name[i]));
	}
	for (const struct world_say *s = l->says; s != NULL; s = s->next) {
		p->token_line = s->item.line;
		TRY(say_resolve(p, s));
	}
	return REASON_OK;
}
