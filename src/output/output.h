/*
 * output - print a const view.
 *
 * What	    One function for each format, in a table; and files that are
 *	    replaced whole or not at all.
 * In	    A view, sorted by payload_order, and the names of its sources.
 * Out	    Bytes into a sink, the same for the same view on every machine:
 *	    the order is payload_order's, payloads of equal contents are
 *	    printed once, under their first origin.
 * Owns	    A file in the making, until committed or dropped.
 * Fails    R_OUTPUT_WRITE and R_LIMIT_MEMORY; the old file is untouched.
 * Threads  No state.
 * Standards bird has the shape of rpki-client's file, ndjson is described in
 *	    cairn-validate(1), all others have the shape of Routinator's
 *	    formats of these names. RFC 8416 (slurm),
 *	    draft-ietf-sidrops-rpki-ccr (ccr); findings are NDJSON.
 */
#ifndef CAIRN_OUTPUT_H
#define CAIRN_OUTPUT_H

#include "base/base.h"
#include "model/model.h"

struct output_in {
	const struct view *view;
	size_t n_sources; /* trust anchors, with payloads or without */
	const struct span *sources;
};

/* Where bytes go. */
struct output_sink {
	enum reason (*write)(void *ctx, struct span);
	void *ctx;
};

struct output_stream; /* private to the formats */

struct output_format {
	const char *name;
	void (*write)(struct output_stream *, const struct output_in *);
	bool tells_time;  /* when the view was made: it is another each time */
	const char *text; /* for --help and the manual */
};

/* All formats of payloads, `n` of them. */
const struct output_format *output_table(size_t *n);
const struct output_format *output_by_name(const char *name); /* or NULL */
/* Not of payloads: what was refused, one JSON object a line. */
extern const struct output_format output_findings;

enum reason output_write(const struct output_format *, const struct output_in *,
    struct output_sink) MUST_CHECK;

/*
 * A file in two steps, so that several files change together or none does:
 * _prepare writes beside the old file and syncs; _commit puts the new one in
 * its place, _drop removes it. Content that is the same as the old file's
 * changes nothing, not even its time. What is no regular file (standard
 * output, a terminal, /dev/null) is written by _commit.
 */
struct output_file {
	const struct output_format *format;
	const struct output_in *in;
	char *path, *temporary, *folder; /* NULL: not that kind */
	int fd;
	/* After _commit: */
	bool changed;     /* the content is new */
	bool reader_left; /* of the pipe that is standard output: EPIPE */
};

/* path NULL is standard output. On failure nothing is left behind, and the
 * struct needs no _drop. */
enum reason output_prepare(struct output_file *out,
    const struct output_format *, const struct output_in *, const char *path,
    struct fault *why) MUST_CHECK;
/* Is there a file in the making? If not, _commit writes directly. */
bool output_is_file(const struct output_file *);
enum reason output_commit(struct output_file *, struct fault *why) MUST_CHECK;
void output_drop(struct output_file *);

#endif
