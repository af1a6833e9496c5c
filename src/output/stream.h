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
/* "2026-11-21T01:31:00Z" */
void stream_time(struct output_stream *, int64_t at);

/*
 * The payloads of one kind, of equal contents together:
 * for (size_t i = 0; group_next(&g, view, kind, &i);)
 */
struct group {
	const struct payload *first;
	size_t n;
};
bool group_next(
    struct group *out, const struct view *, enum payload_kind, size_t *i);

void format_csv(struct output_stream *, const struct output_in *);
void format_csvcompat(struct output_stream *, const struct output_in *);
void format_csvext(struct output_stream *, const struct output_in *);
void format_json(struct output_stream *, const struct output_in *);
void format_jsonext(struct output_stream *, const struct output_in *);
void format_summary(struct output_stream *, const struct output_in *);

#endif
