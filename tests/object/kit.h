/* What tests of decoders need: a decode with its arena, bytes from hex or a
 * file, resources from text. */
#ifndef CAIRN_TESTS_OBJECT_KIT_H
#define CAIRN_TESTS_OBJECT_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "object/object.h"

struct kit {
	struct arena arena;
	struct limits limits;
	struct decode dec;
};

static inline void
kit_init(struct kit *k)
{
	arena_init(&k->arena, (size_t)1 << 26);
	limits_init(&k->limits);
	decode_init(&k->dec, &k->arena, &k->limits, SPAN(""));
}

static inline void
kit_fini(struct kit *k)
{
	arena_fini(&k->arena);
}

/* A fresh fault, for one more object. */
static inline struct decode *
kit_decode(struct kit *k, struct span object)
{
	decode_init(&k->dec, &k->arena, &k->limits, object);
	return &k->dec;
}

/* Digits by two; blanks between bytes. */
static inline struct span
kit_hex(struct kit *k, const char *hex)
{
	uint8_t *p = arena_alloc(&k->arena, strlen(hex) / 2);
	size_t n = 0;

	assert_non_null(p);
	for (; *hex != '\0'; hex++)
		if (*hex != ' ')
			assert_true(hex_parse(&p[n++], 1, span_of(hex++, 2)));
	return span_of(p, n);
}

/* A copy of what a writer wrote. */
static inline struct span
kit_take(struct kit *k, struct buf *b)
{
	struct span s = arena_dup(&k->arena, buf_view(b));

	assert_true(!b->failed && s.p != NULL);
	buf_fini(b);
	return s;
}

/* A file of the source tree. */
static inline struct span
kit_file(struct kit *k, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	long size = -1;
	void *p;
	FILE *f;

	(void)snprintf(
	    path, sizeof(path), "%s/%s", top != NULL ? top : ".", name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s: cannot be read", path);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	assert_true(size >= 0);
	rewind(f);
	p = arena_alloc(&k->arena, (size_t)size);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)size, f), (size_t)size);
	(void)fclose(f);
	return span_of(p, (size_t)size);
}

/* "10.0.0.0/8 2001:db8::/32 AS5", "inherit4 inherit6 inherit-as" */
static inline struct resources
kit_resources(struct kit *k, const char *items)
{
	struct resources r = { 0 };
	char item[64];
	int used;

	for (; sscanf(items, "%63s%n", item, &used) == 1; items += used)
		if (strcmp(item, "inherit4") == 0)
			r.ip[0].holding = HOLDS_INHERIT;
		else if (strcmp(item, "inherit6") == 0)
			r.ip[1].holding = HOLDS_INHERIT;
		else if (strcmp(item, "inherit-as") == 0)
			r.as.holding = HOLDS_INHERIT;
		else
			assert_int_equal(
			    resources_add_text(&r, &k->arena, item), REASON_OK);
	if (r.ip[0].holding == HOLDS_SOME)
		addr_set_normalise(&r.ip[0], FAMILY_V4);
	if (r.ip[1].holding == HOLDS_SOME)
		addr_set_normalise(&r.ip[1], FAMILY_V6);
	if (r.as.holding == HOLDS_SOME)
		asn_set_normalise(&r.as);
	return r;
}

/* As much of an EE certificate as the _check functions look at. */
static inline struct cert
kit_ee(struct kit *k, const char *resources)
{
	return (struct cert){ .kind = CERT_EE,
		.resources = kit_resources(k, resources) };
}

/* 2048 bits that no one has factored; `n` makes different ones. */
static inline struct crypt_key
kit_key(struct kit *k, uint8_t n)
{
	uint8_t *p = arena_alloc(&k->arena, 256);

	assert_non_null(p);
	memset(p, 0xa5, 256);
	p[255] = (uint8_t)(n * 2 + 1);
	return (struct crypt_key){ CRYPT_RSA, span_of(p, 256) };
}

#endif
