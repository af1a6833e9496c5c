/*
 * Ghostbusters record: whom to call. RFC 6493.
 *
 * The content is a vCard 4.0 (RFC 6350) of a few kinds of property:
 *
 *	BEGIN:VCARD
 *	VERSION:4.0
 *	FN:...			and ORG, ADR, TEL, EMAIL
 *	END:VCARD
 *
 * It is shown as it is, and decides nothing. Lines may end in LF alone,
 * which RFC 6350 section 3.2 does not allow and many editors do.
 */
#include <string.h>
#include <strings.h>

#include "object/part.h"

enum property {
	PROPERTY_BEGIN,
	PROPERTY_VERSION,
	PROPERTY_END,
	PROPERTY_FN,
	PROPERTY_ORG,
	PROPERTY_ADR,
	PROPERTY_TEL,
	PROPERTY_EMAIL,
	PROPERTY_COUNT
};

static const char *const properties[PROPERTY_COUNT] = {
	[PROPERTY_BEGIN] = "BEGIN",
	[PROPERTY_VERSION] = "VERSION",
	[PROPERTY_END] = "END",
	[PROPERTY_FN] = "FN",
	[PROPERTY_ORG] = "ORG",
	[PROPERTY_ADR] = "ADR",
	[PROPERTY_TEL] = "TEL",
	[PROPERTY_EMAIL] = "EMAIL",
};

/* One physical line without its end; false where none is left. */
static bool
line_next(struct span *out, struct span *rest)
{
	const uint8_t *lf;

	if (rest->n == 0)
		return false;
	lf = memchr(rest->p, '\n', rest->n);
	*out = span_of(rest->p, lf != NULL ? (size_t)(lf - rest->p) : rest->n);
	rest->p += out->n + (lf != NULL);
	rest->n -= out->n + (lf != NULL);
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return true;
}

/* RFC 6350 3.3: [group "."] name *(";" param) ":" value. PROPERTY_COUNT when
 * there is no such property here. */
static enum property
property_of(struct span line)
{
	const uint8_t *dot;
	struct span name = line;
	size_t n = 0;

	while (n < line.n && line.p[n] != ':' && line.p[n] != ';')
		n++;
	if (n == line.n)
		return PROPERTY_COUNT;
	name.n = n;
	dot = memchr(name.p, '.', name.n);
	if (dot != NULL)
		name = span_of(dot + 1, n - (size_t)(dot + 1 - name.p));
	for (size_t i = 0; i < PROPERTY_COUNT; i++)
		if (strlen(properties[i]) == name.n &&
		    strncasecmp(properties[i], (const char *)name.p, name.n) ==
			0)
			return (enum property)i;
	return PROPERTY_COUNT;
}

static bool
line_is(struct span line, const char *text)
{
	return line.n == strlen(text) &&
	       strncasecmp(text, (const char *)line.p, line.n) == 0;
}

/* How often each property is there, until and with END. */
static enum reason
properties_parse(
    size_t counts[PROPERTY_COUNT], struct span *rest, struct decode *dec)
{
	struct span line;

	while (counts[PROPERTY_END] == 0 && line_next(&line, rest)) {
		enum property p;

		if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
			continue; /* folded: of the line before */
		p = property_of(line);
		if (p == PROPERTY_COUNT)
			return fault_at(
			    &dec->why, R_GHOSTBUSTERS_PROPERTY, line.p);
		if (p == PROPERTY_END && !line_is(line, "END:VCARD"))
			return fault_at(
			    &dec->why, R_GHOSTBUSTERS_VCARD, line.p);
		counts[p]++;
	}
	return REASON_OK;
}

static enum reason
vcard_check(struct span text, struct decode *dec)
{
	size_t n[PROPERTY_COUNT] = { 0 };
	struct span line, rest = text;
	const char *missing = NULL;

	if (!line_next(&line, &rest) || !line_is(line, "BEGIN:VCARD"))
		return fault_say(
		    &dec->why, R_GHOSTBUSTERS_VCARD, text.p, "BEGIN");
	if (!line_next(&line, &rest) || !line_is(line, "VERSION:4.0"))
		return fault_say(
		    &dec->why, R_GHOSTBUSTERS_VCARD, line.p, "VERSION");
	TRY(properties_parse(n, &rest, dec));
	if (n[PROPERTY_BEGIN] > 0 || n[PROPERTY_VERSION] > 0)
		missing = "BEGIN or VERSION twice";
	else if (n[PROPERTY_END] == 0 || rest.n > 0)
		missing = "END is not its last line";
	else if (n[PROPERTY_FN] == 0)
		missing = "FN";
	else if (n[PROPERTY_ADR] + n[PROPERTY_TEL] + n[PROPERTY_EMAIL] == 0)
		missing = "ADR, TEL or EMAIL";
	return missing == NULL ? REASON_OK
			       : fault_say(&dec->why, R_GHOSTBUSTERS_VCARD,
				     text.p, "%s", missing);
}

enum reason
ghostbusters_parse(
    struct ghostbusters *out, struct span content, struct decode *dec)
{
	if (!utf8_is_valid(content) ||
	    (content.n > 0 && memchr(content.p, '\0', content.n) != NULL))
		return fault_at(&dec->why, R_GHOSTBUSTERS_TEXT, content.p);
	TRY(vcard_check(content, dec));
	out->vcard = content;
	return REASON_OK;
}

/* It is about no resources, so any the EE certificate has will do, and
 * "inherit" is what is mostly seen. */
enum reason
ghostbusters_check(
    const struct ghostbusters *g, const struct cert *ee, struct decode *dec)
{
	(void)g, (void)ee, (void)dec;
	return REASON_OK;
}
