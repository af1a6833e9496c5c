/* Two trust anchors that say partly the same, and formats printed into a
 * buffer. */
#ifndef CAIRN_TESTS_OUTPUT_MIXED_H
#define CAIRN_TESTS_OUTPUT_MIXED_H

#include "tests/check.h"

#include "output/output.h"

#define LITERAL(text)                                     \
	{                                                 \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

static const struct link root = {
	.uri = LITERAL("rsync://h.example/m/ta.cer"),
	.hash = { { 0x0a } },
	.manifest_uri = LITERAL("rsync://h.example/m/ta.mft"),
	.not_before_at = 0,
	.not_after_at = 1000,
};
static const struct link ca = {
	.parent = &root,
	.uri = LITERAL("rsync://h.example/m/ca.cer"),
	.hash = { { 0x0c } },
	.manifest_uri = LITERAL("rsync://h.example/m/ca.mft"),
	.not_before_at = 1,
	.not_after_at = 900,
	.depth = 1,
};
static const struct origin a1 = {
	.source = LITERAL("a"),
	.uri = LITERAL("rsync://h.example/m/1.roa"),
	.hash = { { 0x01 } },
	.chain = &ca,
	.not_before_at = 2,
	.not_after_at = 800,
	.stale_at = 500,
	.chain_from_at = 3,
	.chain_until_at = 600,
};
static const struct origin a2 = {
	.source = LITERAL("a"),
	.uri = LITERAL("rsync://h.example/m/2.roa"),
	.hash = { { 0x02 } },
	.chain = &ca,
	.not_after_at = 400,
	.stale_at = 500,
	.chain_until_at = 600,
};
static const struct origin b1 = {
	.source = LITERAL("b"),
	.uri = LITERAL("rsync://h.example/m/1.roa"),
	.hash = { { 0x03 } },
	.chain = &root,
	.not_after_at = 700,
	.stale_at = 700,
	.chain_until_at = 650,
};
static const struct origin ledger = {
	.source = LITERAL("l"),
	.not_after_at = 700,
	.stale_at = 700,
	.chain_until_at = 700,
};
static const struct asn some[] = { { 0 } };
static const struct asn more[] = { { 1 }, { 4294967295 } };
static const uint8_t spki[] = { 0xfb, 0xff, 0xfe, 0x00 };

static const struct payload mixed[] = {
	{ .kind = PAYLOAD_VRP,
	    .origin = &a1,
	    .vrp = { { 64500 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	{ .kind = PAYLOAD_VRP,
	    .origin = &a2,
	    .vrp = { { 64500 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	{ .kind = PAYLOAD_VRP,
	    .origin = &b1,
	    .vrp = { { 64500 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	{ .kind = PAYLOAD_VRP,
	    .origin = &b1,
	    .vrp = { { 4294967295 },
		{ FAMILY_V6, 32, { { 0x20, 0x01, 0x0d, 0xb8 } } }, 32 } },
	{ .kind = PAYLOAD_ASPA, .origin = &b1, .aspa = { { 64500 }, 1, some } },
	{ .kind = PAYLOAD_ASPA,
	    .origin = &ledger,
	    .aspa = { { 64501 }, 2, more } },
	{ .kind = PAYLOAD_ROUTER_KEY,
	    .origin = &a1,
	    .key = { { 64500 }, { { 0xab } }, { spki, sizeof(spki) } } },
};

static inline enum reason
to_buf(void *ctx, struct span bytes)
{
	buf_span(ctx, bytes);
	return REASON_OK;
}

static inline void
print(struct buf *out, const char *format, const struct output_in *in)
{
	struct output_sink sink = { to_buf, out };

	buf_reset(out);
	assert_non_null(output_by_name(format));
	assert_int_equal(
	    output_write(output_by_name(format), in, sink), REASON_OK);
	assert_false(out->failed);
}

/* The first n of the payloads above, as of second 60. */
static inline void
print_mixed(struct buf *out, const char *format, size_t n)
{
	struct payload payloads[COUNT(mixed)];
	struct span sources[] = { SPAN("a"), SPAN("b"), SPAN("c") };
	struct view view = { .payloads = payloads, .n = n, .at = 60 };
	struct output_in in = { &view, COUNT(sources), sources };

	for (size_t i = 0; i < n; i++)
		payloads[i] = mixed[i];
	print(out, format, &in);
}

#endif
