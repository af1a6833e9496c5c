/*
 * base - what every room needs and no room owns.
 *
 * What	    Reasons and limits (two tables), faults, spans, arenas, growing
 *	    buffers and vectors, a hash map, hex and base64, calendar time, and
 *	    the emitter that prints one description as text or as JSON.
 * In	    Bytes and numbers.
 * Out	    Bytes and numbers.
 * Owns	    What an arena, a buffer, a vector or a map allocated, until its
 *	    _fini. No other room calls malloc.
 * Fails    R_LIMIT_MEMORY where a budget or the machine's memory is used up.
 * Threads  No globals; every struct belongs to one caller.
 * Standards RFC 4648 (base64), RFC 3339 (time), RFC 8259 (JSON).
 */
#ifndef CAIRN_BASE_H
#define CAIRN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MUST_CHECK       __attribute__((warn_unused_result))
#define FORMAT(fmt, arg) __attribute__((format(printf, fmt, arg)))
#define NORETURN         __attribute__((noreturn))
#define COUNT(array)     (sizeof(array) / sizeof((array)[0]))

/* A bug is ours: always compiled in, never reachable from input. */
#define ASSERT(x) ((x) ? (void)0 : base_bug(#x, __FILE__, __LINE__))
/* What cannot be: after a switch over all there is. */
#define BUG(what) base_bug(what, __FILE__, __LINE__)
NORETURN void base_bug(const char *what, const char *file, int line);

/* ---- reasons: why something was refused, or what the world did ---------- */

enum reason_class {
	CLASS_SYNTAX,    /* not the encoding it should be */
	CLASS_PROFILE,   /* well encoded, but not what its standard allows */
	CLASS_SIGNATURE, /* a signature or a hash does not hold */
	CLASS_TIME,      /* not valid at the time of evaluation */
	CLASS_RESOURCES, /* says something about resources it does not hold */
	CLASS_TREE,      /* the shape of the tree of authorities */
	CLASS_LEDGER,    /* the rules of doc/ledger.md */
	CLASS_LIMIT,     /* more than a limit of limits.def */
	CLASS_FETCH,     /* could not be had from where it should be */
	CLASS_CONF,      /* configuration, TAL, constraints or command line */
	CLASS_SYSTEM     /* the machine: memory, disk, processes */
};

enum reason {
	REASON_OK = 0,
#define R(name, class, id, clause, text) R_##name,
#include "base/reason.def"
#undef R
	REASON_COUNT
};

/* The columns of reason.def. Ids are API: retired, never renamed. */
const char *reason_id(enum reason);
const char *reason_text(enum reason);
const char *reason_clause(enum reason); /* "" where no standard says so */
enum reason_class reason_class(enum reason);
const char *reason_class_id(enum reason_class);
/* The reason with this id, or REASON_OK. */
enum reason reason_by_id(const char *id);

/* The only control-flow macro, and only in functions that own nothing. */
#define TRY(expr)                                 \
	do {                                      \
		enum reason try_reason_ = (expr); \
		if (try_reason_ != REASON_OK)     \
			return try_reason_;       \
	} while (0)

/* ---- limits: every number that protects us, from limits.def ------------- */

struct limits {
#define L(name, value, unit, key, text) uint64_t name;
#include "base/limits.def"
#undef L
};

struct limit_row {
	const char *name, *unit, *key, *text;
	uint64_t value; /* the default */
	size_t offset;  /* of the field in struct limits */
};

void limits_init(struct limits *out);
/* Another value is at least 1 and at most so many times the default. */
#define LIMIT_FACTOR 100
/* The table itself: `n` rows, for the configuration and the manual. */
const struct limit_row *limits_table(size_t *n);

/* ---- spans: borrowed bytes --------------------------------------------- */

struct span {
	const uint8_t *p;
	size_t n;
};

#define SPAN(literal) \
	((struct span){ (const uint8_t *)(literal), sizeof(literal) - 1 })
#define SPAN_OF(object) \
	((struct span){ (const uint8_t *)&(object), sizeof(object) })
/* Inline, as the few others below are: decoders do little else. */
static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){ (const uint8_t *)p, n };
}
struct span span_str(const char *s);
static inline bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* As memcmp, then the shorter first. */
int span_cmp(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_ends(struct span s, struct span suffix);
/* For "%.*s": only for text already known to be printable. */
#define SPAN_FMT(s) (int)(s).n, (const char *)(s).p

/* ---- faults: the first thing wrong with an object ----------------------- */

/*
 * Where a decoder says what it found: the reason, where in the object, and a
 * few words. The first fault stays: later ones do not overwrite it.
 */
struct fault {
	const uint8_t *base; /* start of the object, for offsets */
	enum reason reason;
	size_t offset;
	char detail[160]; /* printable ASCII */
};

void fault_init(struct fault *out, struct span object);
/* Record and return the reason. `at` may be NULL: offset 0. */
enum reason fault_at(struct fault *, enum reason, const uint8_t *at);
enum reason fault_say(struct fault *, enum reason, const uint8_t *at,
    const char *fmt, ...) FORMAT(4, 5);

/* ---- memory ------------------------------------------------------------ */

/* One owner, one end: everything in it goes when it goes. */
struct arena {
	struct arena_block *head;
	size_t used, budget;
};

void arena_init(struct arena *out, size_t budget);
/* Zeroed; NULL past the budget or when the machine has no more. */
void *arena_alloc(struct arena *, size_t n) MUST_CHECK;
void *arena_array(struct arena *, size_t n, size_t size) MUST_CHECK;
#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))
/* A copy; a span with p == NULL when there is no room (even of no bytes, a
 * copy has p != NULL). */
struct span arena_dup(struct arena *, struct span) MUST_CHECK;
char *arena_str(struct arena *, struct span) MUST_CHECK; /* with a NUL */
void arena_reset(struct arena *);                        /* keeps one block */
/* Take back what was allocated since: for a work that came to nothing. */
struct arena_mark {
	struct arena_block *head;
	size_t block_used, used;
};
struct arena_mark arena_mark(const struct arena *);
void arena_rewind(struct arena *, struct arena_mark);
void arena_fini(struct arena *);

/* A growing buffer with a cap; the first failure sticks, check it once. */
struct buf {
	uint8_t *p;
	size_t n, size, cap;
	bool failed;
};

void buf_init(struct buf *out, size_t cap);
void buf_add(struct buf *, const void *p, size_t n);
void buf_byte(struct buf *, uint8_t);
void buf_span(struct buf *, struct span);
void buf_puts(struct buf *, const char *);
void buf_printf(struct buf *, const char *fmt, ...) FORMAT(2, 3);
/* Make room for n bytes at `at`, moving what follows; NULL when failed. */
uint8_t *buf_insert(struct buf *, size_t at, size_t n);
struct span buf_view(const struct buf *);
void buf_reset(struct buf *);
void buf_fini(struct buf *);

/* Heap vectors: `VEC(struct vrp) v = { 0 }; if (!vec_push(&v, x)) ...` */
#define VEC(type)              \
	struct {               \
		type *v;       \
		size_t n, cap; \
	}
#define vec_push(vec, item)                                               \
	(base_vec_grow((void **)(void *)&(vec)->v, &(vec)->cap, (vec)->n, \
	     sizeof(*(vec)->v))                                           \
		? ((vec)->v[(vec)->n++] = (item), true)                   \
		: false)
#define vec_fini(vec)                      \
	do {                               \
		base_free((vec)->v);       \
		(vec)->v = NULL;           \
		(vec)->n = (vec)->cap = 0; \
	} while (0)
bool base_vec_grow(void **v, size_t *cap, size_t n, size_t size) MUST_CHECK;

/* The heap, for the few things that are neither. NULL when there is none. */
void *base_alloc(size_t n) MUST_CHECK; /* zeroed */
void *base_realloc(void *, size_t n) MUST_CHECK;
void base_free(void *);
char *base_strdup(const char *) MUST_CHECK;

/* A hash map from bytes to a pointer. Keys are borrowed. Order of iteration
 * is that of insertion, so that no output depends on the seed. */
struct map {
	struct map_entry *entries; /* in order of insertion */
	uint32_t *slots;           /* 0 is free, else index + 1 */
	size_t n;                  /* keys in the map */
	size_t used, size;         /* entries, with those removed */
	size_t slot_count;         /* a power of two, or 0 */
	uint64_t seed[2];
};

struct map_entry {
	struct span key;
	void *value; /* NULL: removed */
	uint64_t hash;
};

void map_init(struct map *out); /* seeds itself by getrandom(2) */
/* NULL when absent. */
void *map_get(const struct map *, struct span key);
/* Insert or replace by a value that is not NULL; false without memory. */
bool map_put(struct map *, struct span key, void *value) MUST_CHECK;
void map_remove(struct map *, struct span key);
/* for (size_t i = 0; map_next(&m, &i, &key, &value);) */
bool map_next(const struct map *, size_t *i, struct span *key, void **value);
void map_fini(struct map *);
/* SipHash-2-4, for what needs a keyed hash without a map. */
uint64_t map_hash(const uint64_t seed[2], struct span);

/* ---- text forms -------------------------------------------------------- */

/* Lower-case, with a NUL: `out` holds 2 n + 1. */
void hex_write(char *out, struct span);
/* Exactly out_n bytes from 2 out_n digits of either case. */
bool hex_parse(uint8_t *out, size_t out_n, struct span text) MUST_CHECK;
void base64_write(struct buf *, struct span);
/* Strict RFC 4648 section 4: padded, no other characters but, where
 * `white` says so, white space. Appends to out. */
bool base64_parse(struct buf *out, struct span text, bool white) MUST_CHECK;
/* Decimal digits only, no sign, no leading zero, at most max. */
bool decimal_parse(uint64_t *out, struct span text, uint64_t max) MUST_CHECK;
/* Well-formed by RFC 3629 section 4. */
bool utf8_is_valid(struct span text) MUST_CHECK;
/* Copy for a terminal or a log: what is not printable ASCII, and the
 * backslash, becomes \xHH. */
void escape_write(struct buf *, struct span);

/* Seconds since 1970-01-01T00:00:00Z, without leap seconds: names end _at. */
struct civil {
	int year, month, day, hour, minute, second;
};

/* False when there is no such day or second (no 60th: RFC 5280 4.1.2.5). */
bool time_from_civil(int64_t *out, const struct civil *) MUST_CHECK;
void time_to_civil(struct civil *out, int64_t at);
/* "2026-11-21T01:31:00Z"; what is beyond years 0 to 9999 is written as the
 * first or last second of them. */
#define TIME_TEXT 32
void time_write(char *out, size_t n, int64_t at);
/* RFC 3339 with Z or an offset, a fraction dropped, or plain seconds. */
bool time_parse(int64_t *out, const char *text) MUST_CHECK;

/* For how long something takes, not when it is. In the header, so that
 * libcairn, which has this room, has no clock. */
static inline int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the emitter: one description, as text for people or as JSON -------- */

enum emit_form {
	EMIT_TEXT,     /* "key: value", nested by indentation, "- " items */
	EMIT_JSON,     /* indented by two spaces */
	EMIT_JSON_LINE /* one line */
};

#define EMIT_DEPTH 32

struct emit {
	struct buf *out;
	enum emit_form form;
	int depth;       /* open objects and arrays */
	bool first;      /* nothing yet in the innermost */
	bool keyed;      /* the innermost, while empty: it came with a key */
	uint32_t arrays; /* bit per depth: 1 is an array */
};

void emit_init(struct emit *, struct buf *out, enum emit_form);
/* key is NULL inside an array and at the top. */
void emit_object(struct emit *, const char *key);
void emit_array(struct emit *, const char *key);
void emit_end(struct emit *); /* of the innermost object or array */
/* Text is from the network unless proved otherwise: always escaped, also what
 * is UTF-8 but would move a terminal's cursor or turn its direction. What is
 * not UTF-8 becomes, byte by byte, U+FFFD in JSON and \xHH in text. */
void emit_str(struct emit *, const char *key, const char *value);
void emit_span(struct emit *, const char *key, struct span value);
void emit_hex(struct emit *, const char *key, struct span value);
void emit_base64(struct emit *, const char *key, struct span value);
void emit_uint(struct emit *, const char *key, uint64_t value);
void emit_int(struct emit *, const char *key, int64_t value);
void emit_bool(struct emit *, const char *key, bool value);
void emit_time(struct emit *, const char *key, int64_t at); /* RFC 3339 */
void emit_null(struct emit *, const char *key);
void emit_fmt(struct emit *, const char *key, const char *fmt, ...)
    FORMAT(3, 4);

#include "base/json.h"

#endif
