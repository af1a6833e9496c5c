/* JSON as a stream of events: RFC 8259, strictly, without a tree. */
#ifndef CAIRN_BASE_JSON_H
#define CAIRN_BASE_JSON_H

#include "base/base.h"

enum json_kind {
	JSON_AT_OBJECT, /* its keys and values follow, then JSON_AT_END */
	JSON_AT_ARRAY,
	JSON_AT_END,
	JSON_AT_KEY, /* its value follows */
	JSON_AT_STRING,
	JSON_AT_NUMBER,
	JSON_AT_TRUE,
	JSON_AT_FALSE,
	JSON_AT_NULL,
	JSON_AT_DONE, /* the text ended where it may */
	JSON_AT_BAD
};

#define JSON_DEPTH 32

/* Borrows the text. */
struct json {
	struct span text;
	size_t at;
	unsigned line;   /* of `at`, from 1 */
	unsigned depth;  /* open objects and arrays */
	uint32_t arrays; /* bit per depth: 1 is an array */
	int expect;
	const char *why; /* after JSON_AT_BAD */
};

struct json_event {
	enum json_kind kind;
	struct span text; /* of a number; between the quotes of a string */
	bool is_escaped;
	unsigned line;
};

/* UTF-8 without a byte order mark is the first that is checked. */
void json_init(struct json *out, struct span text);
/* After JSON_AT_DONE or JSON_AT_BAD always the same. */
void json_next(struct json_event *out, struct json *);
/* Pass over all of the value that is next. */
void json_skip(struct json_event *out, struct json *);
/* A key or string as it is meant: false past the buffer's cap. */
bool json_text(struct buf *out, const struct json_event *) MUST_CHECK;
bool json_is(const struct json_event *, const char *text);

#endif
