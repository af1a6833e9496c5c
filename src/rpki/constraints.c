/*
 * What a trust anchor may speak of, as its operator's NAME.constraints says:
 *
 *	# comment
 *	allow 192.0.2.0/24
 *	deny  198.51.100.0 - 198.51.100.9
 *	allow AS64496-AS64511
 *
 * The format and its meaning are rpki-client's. Order says nothing: deny
 * wins over allow. Where no line allows addresses (of either family), all
 * but the denied are allowed; so for AS numbers. Lines of one kind may
 * overlap, which rpki-client refuses.
 */
#include <string.h>

#include "rpki/path.h"

enum {
	LINE_TEXT = 128
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line, without its comment, trimmed. */
static bool
line_next(struct span *out, struct span *rest)
{
	const uint8_t *lf, *hash;
	size_t n;

	if (rest->n == 0)
		return false;
	lf = memchr(rest->p, '\n', rest->n);
	n = lf != NULL ? (size_t)(lf - rest->p) : rest->n;
	*out = span_of(rest->p, n);
	rest->p += n + (lf != NULL);
	rest->n -= n + (lf != NULL);
	hash = n > 0 ? memchr(out->p, '#', n) : NULL;
	if (hash != NULL)
		out->n = (size_t)(hash - out->p);
	while (out->n > 0 && is_blank(out->p[out->n - 1]))
		out->n--;
	while (out->n > 0 && is_blank(out->p[0]))
		*out = span_of(out->p + 1, out->n - 1);
	return true;
}

/* Does it begin with this word? Then leave what follows the blanks. */
static bool
word_take(struct span *line, struct span word)
{
	struct span after;

	if (!span_starts(*line, word) || line->n == word.n)
		return false;
	after = span_of(line->p + word.n, line->n - word.n);
	if (!is_blank(after.p[0]))
		return false;
	while (after.n > 0 && is_blank(after.p[0]))
		after = span_of(after.p + 1, after.n - 1);
	*line = after;
	return true;
}

/* As a string, with a blank for each tab; false if it is too long for what
 * it should be, or has a NUL. */
static bool
text_of(char out[LINE_TEXT], struct span line)
{
	if (line.n >= LINE_TEXT || line.n == 0 ||
	    memchr(line.p, '\0', line.n) != NULL)
		return false;
	memcpy(out, line.p, line.n);
	out[line.n] = '\0';
	for (char *c = out; *c != '\0'; c++)
		if (*c == '\t')
			*c = ' ';
	return true;
}

static enum reason
line_parse(struct resources *allow, struct resources *deny, struct span line,
    struct decode *dec)
{
	struct resources *to = NULL;
	char text[LINE_TEXT];
	enum reason r = R_CONSTRAINTS_TEXT;
	struct span item = line;

	if (word_take(&item, SPAN("allow")))
		to = allow;
	else if (word_take(&item, SPAN("deny")))
		to = deny;
	if (to != NULL && text_of(text, item))
		r = resources_add_text(to, dec->arena, text);
	if (r == R_RESOURCES_TEXT)
		r = R_CONSTRAINTS_TEXT;
	return r == REASON_OK
		   ? r
		   : fault_say(&dec->why, r, line.p, "%.*s",
			 (int)(line.n < LINE_TEXT ? line.n : LINE_TEXT),
			 (const char *)line.p);
}

static void
normalise(struct resources *r)
{
	addr_set_normalise(&r->ip[0], FAMILY_V4);
	addr_set_normalise(&r->ip[1], FAMILY_V6);
	asn_set_normalise(&r->as);
}

/* Where nothing of a kind is allowed expressly, all of it is. */
static enum reason
allow_all(struct resources *allow, struct arena *arena)
{
	if (allow->ip[0].n == 0 && allow->ip[1].n == 0) {
		TRY(resources_add_text(allow, arena, "0.0.0.0/0"));
		TRY(resources_add_text(allow, arena, "::/0"));
	}
	if (allow->as.n == 0)
		TRY(resources_add_text(allow, arena, "AS0-AS4294967295"));
	return REASON_OK;
}

enum reason
constraints_parse(struct constraints *out, struct span text, struct decode *dec,
    unsigned *line_number)
{
	struct resources allow = { 0 }, deny = { 0 };
	struct span line, rest = text;
	enum reason r;

	*line_number = 0;
	if (text.n > dec->limits->object_max)
		return fault_at(&dec->why, R_LIMIT_SIZE, NULL);
	for (; line_next(&line, &rest);) {
		++*line_number;
		if (line.n > 0)
			TRY(line_parse(&allow, &deny, line, dec));
	}
	*line_number = 0;
	r = allow_all(&allow, dec->arena);
	if (r != REASON_OK)
		return fault_at(&dec->why, r, NULL);
	normalise(&allow);
	normalise(&deny);
	r = resources_subtract(&out->allowed, &allow, &deny, dec->arena);
	if (r != REASON_OK)
		return fault_at(&dec->why, r, NULL);
	out->given = true;
	return REASON_OK;
}

enum reason
constraints_check(const struct constraints *c, const struct resources *ee,
    char what[RESOURCE_TEXT])
{
	struct resources own = *ee;

	/* That is its issuer's, which an object of its own asserts. */
	path_drop_inherited(&own);
	if (!c->given || resources_contain(&c->allowed, &own, what))
		return REASON_OK;
	return R_CONSTRAINTS_OUTSIDE;
}
