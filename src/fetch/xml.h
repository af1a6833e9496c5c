/*
 * xml - the XML that RRDP needs, and nothing else of XML.
 *
 * Elements of one namespace, their attributes and text, as they are read. No
 * document type, and so no entities; no processing instructions, no CDATA.
 * US-ASCII. Memory is bounded by the longest tag or comment taken,
 * limits->rrdp_tag.
 */
#ifndef CAIRN_FETCH_XML_H
#define CAIRN_FETCH_XML_H

#include "base/base.h"

/* Anything but REASON_OK ends the reading, and is what xml_feed returns. */
struct xml_rules {
	const char *space; /* the namespace */
	/* Attributes: name, value, name, value, ..., NULL. */
	enum reason (*open)(void *ctx, const char *name, const char *const *);
	/* Text comes in pieces of any length. */
	enum reason (*text)(void *ctx, struct span);
	enum reason (*close)(void *ctx);
};

struct xml;

enum reason xml_new(struct xml **out, const struct xml_rules *, void *ctx,
    const struct limits *) MUST_CHECK;
enum reason xml_feed(struct xml *, struct span) MUST_CHECK;
/* There is no more. */
enum reason xml_end(struct xml *) MUST_CHECK;
uint64_t xml_line(const struct xml *); /* where it is, from 1 */
void xml_free(struct xml *);           /* may be NULL */

#endif
