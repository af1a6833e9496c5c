/* What formats write into: a buffer that empties itself into the sink. */
#ifndef CAIRN_OUTPUT_STREAM_H
#define CAIRN_OUTPUT_STREAM_H

#include "output/output.h"

struct output_stream {
	struct buf buf;
	struct output_sink sink;
	enum reason reason; /* the first failure; nothing is written after */
};

/* Call after each item: passes on what has gathered. */
void stream_flow(struct output_stream *);
/* Text inside a JSON string. */
void stream_json(struct output_stream *, struct span);
/* Bytes as RFC 8416 section 3.2 writes keys: base64url without padding. */
void stream_base64url(struct output_stream *, struct span);
/* "2026-11-21T01:31:00Z" */
void stream_time(struct output_stream *, int64_t at);

/* The payloads of equal contents, each by another origin. */
struct group {
	const struct payload *first;
	size_t n;
	size_t at; /* how many groups of its kind came before */
};

typedef void group_write(
    struct output_stream *, const struct group *, const void *ctx);

/* Write each group of one kind, in order; how many there were. */
size_t stream_groups(struct output_stream *, const struct view *,
    enum payload_kind, group_write *, const void *ctx);

/* One for each row of the table. */
void format_csv(struct output_stream *, const struct output_in *);
void format_csvcompat(struct output_stream *, const struct output_in *);
void format_csvext(struct output_stream *, const struct output_in *);
void format_json(struct output_stream *, const struct output_in *);
void format_jsonext(struct output_stream *, const struct output_in *);
void format_ndjson(struct output_stream *, const struct output_in *);
void format_slurm(struct output_stream *, const struct output_in *);
void format_slurm2(struct output_stream *, const struct output_in *);
void format_openbgpd(struct output_stream *, const struct output_in *);
void format_bird(struct output_stream *, const struct output_in *);
void format_bird1(struct output_stream *, const struct output_in *);
void format_bird2(struct output_stream *, const struct output_in *);
void format_rpsl(struct output_stream *, const struct output_in *);
void format_ccr(struct output_stream *, const struct output_in *);
void format_summary(struct output_stream *, const struct output_in *);

#endif
