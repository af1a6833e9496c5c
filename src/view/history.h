/*
 * What is kept of earlier views, beside the newest:
 *
 *	history/FIRST.changes	differences, one behind the other
 *	history/FIRST.index	a line of INDEX_SIZE bytes for each of them
 *	history/FIRST.view	the whole view that the last of them led to
 *
 * These three are a segment; FIRST is the edition its first difference led to.
 * Only the newest segment grows, and it has no view yet: that is `current`.
 * When it is full, `current` is copied beside it and another begins. So an
 * earlier view follows from the nearest whole one that is later, through the
 * differences of one segment: what it costs does not grow with the years, the
 * oldest segment can go at any time, and a damaged one hides its own views.
 *
 * A difference is durable before its line, and its line before the view that
 * it leads to. What a crash left behind the newest view is cut off by the
 * next run, before it goes on there. Private to the room.
 */
#ifndef CAIRN_VIEW_HISTORY_H
#define CAIRN_VIEW_HISTORY_H

#include "view/format.h"

#define INDEX_SIZE 64

/* A segment is full: at so many differences; at so many changes, or this part
 * of the view's payloads, whichever is more; at this part of what is kept in
 * all, by number, age and bytes. */
#define SEGMENT_DIFFERENCES 2048
#define SEGMENT_CHANGES     4096
#define SEGMENT_PAYLOADS    4 /* a quarter */
#define SEGMENTS_KEPT       8 /* an eighth */

struct segment {
	uint64_t first;
	size_t n;       /* lines, good or not */
	uint64_t bytes; /* of its files */
	bool has_view;
	struct view_past last; /* its line; of edition 0: not as written */
};

struct history {
	VEC(struct segment) segments; /* by first */
	size_t n_strange; /* files, and segments, of no form that we know */
};

/* Names and ends only. history_fini is due in either case. */
enum reason history_read(struct history *out, const char *folder) MUST_CHECK;
void history_fini(struct history *);
/* The lines of a segment, in the arena, each in its place; of edition 0 where
 * one is not as it was written. */
enum reason segment_read(struct view_past **out, const struct segment *,
    const char *folder, struct arena *) MUST_CHECK;
/* "FOLDER/history/FIRST.changes" and so on; NULL without memory. */
char *history_path(const char *folder, uint64_t first, const char *ending);
/* Is it the name of such a file? */
bool history_is_name(const char *name);
/* "FOLDER/NAME"; NULL without memory. */
char *folder_path(const char *folder, const char *name);
void index_write(uint8_t out[INDEX_SIZE], const struct view_past *);
/* Is it a line, and of this form? */
bool index_parse(
    struct view_past *out, const uint8_t in[INDEX_SIZE]) MUST_CHECK;

/* keep.c */
struct keep {
	const struct view_folder *folder;
	const struct view_file *current; /* before it is replaced */
	struct view_edition edition;     /* of that */
	size_t n_payloads;
};
/* What leads from `current` to the view that is about to take its place. */
enum reason keep_difference(
    const struct keep *, const struct view_delta *, struct fault *) MUST_CHECK;
/* Remove what is too old or too much, and what nobody can read. */
enum reason keep_tidy(
    const struct view_folder *, const struct view *) MUST_CHECK;
/* One beyond the newest edition that there are traces of; 0: none. */
enum reason keep_newest(uint64_t *out, const struct view_folder *) MUST_CHECK;

#endif
