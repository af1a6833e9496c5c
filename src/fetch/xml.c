#include "fetch/xml.h"

#include <string.h>
#include <strings.h>

#include <expat.h>

/* Expat keeps what it could not finish: what it is given at once decides how
 * much later it is found to be too long. */
#define SLICE     4096
#define SEPARATOR '\n' /* no namespace may contain it */

struct xml {
	XML_Parser expat;
	const struct xml_rules *rules;
	void *ctx;
	const struct limits *limits;
	size_t n_space;
	uint64_t fed;
	enum reason reason;
};

static void
stop(struct xml *x, enum reason why)
{
	if (x->reason == REASON_OK)
		x->reason = why;
	(void)XML_StopParser(x->expat, XML_FALSE);
}

/* What expat has not stopped for yet may still call us. */
static bool
is_stopped(const struct xml *x)
{
	return x->reason != REASON_OK;
}

/* ---- what expat calls ------------------------------------------------ */

static bool
is_too_long(struct xml *x)
{
	return (uint64_t)XML_GetCurrentByteCount(x->expat) >
	       x->limits->rrdp_tag;
}

static void XMLCALL
on_open(void *data, const XML_Char *name, const XML_Char **attrs)
{
	struct xml *x = data;
	enum reason r;

	if (is_stopped(x))
		return;
	if (is_too_long(x)) {
		stop(x, R_RRDP_TAG);
		return;
	}
	if (strncmp(name, x->rules->space, x->n_space) != 0 ||
	    name[x->n_space] != SEPARATOR) {
		stop(x, R_RRDP_ELEMENT);
		return;
	}
	r = x->rules->open(
	    x->ctx, name + x->n_space + 1, (const char *const *)attrs);
	if (r != REASON_OK)
		stop(x, r);
}

static void XMLCALL
on_close(void *data, const XML_Char *name)
{
	struct xml *x = data;
	enum reason r;

	(void)name; /* expat knows that it is the one that was opened */
	if (is_stopped(x))
		return;
	r = x->rules->close(x->ctx);
	if (r != REASON_OK)
		stop(x, r);
}

static void XMLCALL
on_text(void *data, const XML_Char *text, int n)
{
	struct xml *x = data;
	enum reason r;

	if (is_stopped(x))
		return;
	r = x->rules->text(x->ctx, span_of(text, (size_t)n));
	if (r != REASON_OK)
		stop(x, r);
}

static void XMLCALL
on_declaration(
    void *data, const XML_Char *version, const XML_Char *encoding, int alone)
{
	struct xml *x = data;

	(void)alone;
	if ((version != NULL && strcmp(version, "1.0") != 0) ||
	    (encoding != NULL && strcasecmp(encoding, "US-ASCII") != 0 &&
		strcasecmp(encoding, "UTF-8") != 0))
		stop(x, R_RRDP_ENCODING);
}

static void XMLCALL
on_doctype(void *data, const XML_Char *name, const XML_Char *sysid,
    const XML_Char *pubid, int has_internal)
{
	(void)name, (void)sysid, (void)pubid, (void)has_internal;
	stop(data, R_RRDP_DOCTYPE);
}

static void XMLCALL
on_instruction(void *data, const XML_Char *target, const XML_Char *text)
{
	(void)target, (void)text;
	stop(data, R_RRDP_CONSTRUCT);
}

static void XMLCALL
on_cdata(void *data)
{
	stop(data, R_RRDP_CONSTRUCT);
}

static void XMLCALL
on_comment(void *data, const XML_Char *text)
{
	struct xml *x = data;

	(void)text;
	if (is_too_long(x))
		stop(x, R_RRDP_TAG);
}

/* ---- what we call ---------------------------------------------------- */

enum reason
xml_new(struct xml **out, const struct xml_rules *rules, void *ctx,
    const struct limits *limits)
{
	static const XML_Memory_Handling_Suite heap = { base_alloc,
		base_realloc, base_free };
	const XML_Char separator[] = { SEPARATOR, '\0' };
	struct xml *x = base_alloc(sizeof(*x));

	if (x == NULL)
		return R_LIMIT_MEMORY;
	/* Overrides whatever the file declares. */
	x->expat = XML_ParserCreate_MM("US-ASCII", &heap, separator);
	if (x->expat == NULL) {
		base_free(x);
		return R_LIMIT_MEMORY;
	}
	x->rules = rules;
	x->n_space = strlen(rules->space);
	x->ctx = ctx;
	x->limits = limits;
	XML_SetUserData(x->expat, x);
	XML_SetElementHandler(x->expat, on_open, on_close);
	XML_SetCharacterDataHandler(x->expat, on_text);
	XML_SetXmlDeclHandler(x->expat, on_declaration);
	XML_SetStartDoctypeDeclHandler(x->expat, on_doctype);
	XML_SetProcessingInstructionHandler(x->expat, on_instruction);
	XML_SetStartCdataSectionHandler(x->expat, on_cdata);
	XML_SetCommentHandler(x->expat, on_comment);
	*out = x;
	return REASON_OK;
}

static enum reason
give(struct xml *x, struct span slice, bool is_last)
{
	uint64_t at;

	if (XML_Parse(x->expat, (const char *)slice.p, (int)slice.n,
		is_last ? XML_TRUE : XML_FALSE) != XML_STATUS_OK) {
		if (x->reason == REASON_OK)
			x->reason =
			    XML_GetErrorCode(x->expat) == XML_ERROR_NO_MEMORY
				? R_LIMIT_MEMORY
				: R_RRDP_XML;
		return x->reason;
	}
	/* Where the last thing began that is not finished. */
	x->fed += slice.n;
	at = (uint64_t)XML_GetCurrentByteIndex(x->expat);
	if (at < x->fed && x->fed - at > x->limits->rrdp_tag)
		x->reason = R_RRDP_TAG;
	return x->reason;
}

enum reason
xml_feed(struct xml *x, struct span bytes)
{
	while (bytes.n > 0 && x->reason == REASON_OK) {
		size_t n = bytes.n < SLICE ? bytes.n : SLICE;

		if (give(x, span_of(bytes.p, n), false) != REASON_OK)
			break;
		bytes = span_of(bytes.p + n, bytes.n - n);
	}
	return x->reason;
}

enum reason
xml_end(struct xml *x)
{
	if (x->reason != REASON_OK)
		return x->reason;
	return give(x, SPAN(""), true);
}

uint64_t
xml_line(const struct xml *x)
{
	return (uint64_t)XML_GetCurrentLineNumber(x->expat);
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	XML_ParserFree(x->expat);
	base_free(x);
}
