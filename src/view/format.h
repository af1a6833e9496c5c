/*
 * The file's form, and the container that carries it. Private to the room.
 *
 *	+--------+--------+---------+-- ... --+----------------+
 *	| header | part 0 | part 1  |         | page digests   |
 *	+--------+--------+---------+-- ... --+----------------+
 *
 * Numbers are little-endian. A part is an array of records of one size; what
 * a record points at is the number of a record of another part, or an offset
 * and a length in the part of text. The header names each part's offset and
 * count, holds the digest of all page digests, and ends with its own.
 */
#ifndef CAIRN_VIEW_FORMAT_H
#define CAIRN_VIEW_FORMAT_H

#include "view/view.h"

#define VIEW_MAGIC   "CAIRNVW\n"
#define VIEW_MAGIC_N 8
#define VIEW_VERSION 2
#define VIEW_HEADER  1024
#define VIEW_PAGE    16384
#define VIEW_NONE    UINT32_MAX /* instead of a record's number */
/* Where times are that change while nothing else does. */
#define FRONT_AT              16
#define FRONT_MADE_AT         24
#define REPOSITORY_FETCHED_AT 36

enum view_kind {
	VIEW_WHOLE = 1,
	VIEW_DIFFERENCE
};

enum view_part {
	PART_TEXT,      /* bytes */
	PART_NUMBERS,   /* of AS: providers */
	PART_DIGESTS,   /* of holders: endorsers */
	PART_RANGES_V4, /* first and last, as all ranges */
	PART_RANGES_V6, /* in the order of FAMILY_INDEX */
	PART_RANGES_AS,
	PART_REASONS, /* their ids: numbers differ between programs */
	PART_LINKS,   /* a parent stands before its children */
	PART_STATEMENTS,
	PART_ORIGINS,
	PART_PAYLOADS,
	PART_LEFT,
	PART_SOURCES,
	PART_REPOSITORIES,
	PART_AUTHORITIES,
	PART_HOLDERS,
	PART_WITNESSES,
	PART_HOLDINGS,
	PART_FINDINGS,
	PART_POINTS,  /* numbers of findings, ordered by point */
	PART_HELD_V4, /* spans of authorities */
	PART_HELD_V6,
	PART_CLAIMED_V4, /* spans of holdings */
	PART_CLAIMED_V6,
	PART_CHANGES,
	PART_COUNT
};

/* Bytes of one record. */
size_t view_part_size(enum view_part);
#define RECORD_MAX 128

/* ---- records: one field after the other ---------------------------------- */

struct record {
	uint8_t b[RECORD_MAX];
	size_t n;
};

void record_u8(struct record *, uint8_t);
void record_u32(struct record *, uint32_t);
void record_u64(struct record *, uint64_t);
void record_bytes(struct record *, const void *, size_t n);

/* The same, read. The record is as long as its part says. */
struct field {
	const uint8_t *p;
};

uint8_t field_u8(struct field *);
uint32_t field_u32(struct field *);
uint64_t field_u64(struct field *);
void field_bytes(struct field *, void *out, size_t n);

/* ---- what stands in front ------------------------------------------------ */

/* How many payloads are IPv4 VRPs, IPv6 VRPs, ASPAs. */
struct kinds {
	uint32_t n[3];
};

struct view_front {
	enum view_kind kind;
	struct view_head head;
	int64_t from_at, from_made_at, from_since_at; /* of a difference */
	uint32_t from_serial;
	struct kinds payloads, left;
};

/* ---- spans: an order that finds overlaps ---------------------------------
 * Ranges by first address, the longer first. Each knows the nearest before it
 * that ends later (`up`): from any of them, going one back after a hit and up
 * after a miss meets all that reach beyond a point, in as many steps as there
 * are hits, times the depth of nesting.
 */

struct reach {
	struct addr lo, hi;
	uint32_t item, up;
};

/* Orders them and fills in `up`. */
enum reason reach_order(struct reach *, size_t n) MUST_CHECK;

/* ---- writing ------------------------------------------------------------- */

struct shelf {
	struct buf part[PART_COUNT];
	struct map text, links, statements, origins, ranges;
	uint32_t reasons[REASON_COUNT]; /* number in the part, plus one */
	bool failed;
};

void shelf_init(struct shelf *out);
void shelf_fini(struct shelf *);
void shelf_add(struct shelf *, enum view_part, const struct record *);
uint32_t shelf_count(const struct shelf *, enum view_part);
void shelf_text(struct shelf *, struct record *, struct span);
void shelf_reason(struct shelf *, struct record *, enum reason);
/* The pointer's own place is its key: it lives as long as the shelf. */
uint32_t shelf_origin(struct shelf *, const struct origin *const *);
uint32_t shelf_link(struct shelf *, const struct link *const *);
void shelf_payload(struct shelf *, struct record *, const struct payload *);
void shelf_left(struct shelf *, struct record *, const struct view_left *);
/* The whole file, from all parts. */
enum reason shelf_pack(
    struct buf *out, const struct shelf *, const struct view_front *);

/* Durable, in the place of what is there. */
enum reason view_file_put(
    const char *path, const struct buf *, struct fault *why) MUST_CHECK;

/* The file once more, at other times. R_VIEW_DAMAGED; buf_fini is due where it
 * is REASON_OK. */
enum reason view_again_bytes(struct buf *out, struct view_file *,
    const struct view_again *, int64_t made_at) MUST_CHECK;

/* ---- reading ------------------------------------------------------------- */

struct view_file {
	const uint8_t *p;
	size_t n;
	bool is_mapped;
	struct view_front front;
	struct {
		size_t offset, n;
	} part[PART_COUNT];
	size_t digests;   /* where they begin */
	size_t digest_at; /* in front: where the digest of all of them is */
	uint8_t *seen;    /* a bit for each page whose digest holds */
	enum reason *reasons;
	bool damaged; /* something was not as it should: sticks */
};

/* The record of that number; NULL and damaged. */
const uint8_t *file_at(struct view_file *, enum view_part, size_t i);
/* n records from there, one after the other. */
const uint8_t *file_run(struct view_file *, enum view_part, size_t i, size_t n);
struct span file_text(struct view_file *, struct field *);
enum reason file_reason(struct view_file *, struct field *);

/* What is read lands in an arena. Where `links` and `origins` are NULL, each
 * chain is made when it is asked for. */
struct reader {
	struct view_file *file;
	struct arena *arena;
	struct link *links;
	struct statement_origin *statements;
	struct origin *origins;
	struct view_holder *holders;
	struct addr_range *ranges[2];
	struct asn_range *as_ranges;
	bool no_memory;
};

enum reason reader_end(const struct reader *);
void *reader_array(struct reader *, enum view_part, size_t size);
bool reader_shared(struct reader *); /* fill links to origins */
void read_payload(struct payload *out, struct reader *, size_t i);
/* Without its origin. */
void read_heard(struct payload *out, struct reader *, size_t i);
void read_left(struct view_left *out, struct reader *, size_t i);
const struct link *read_link(struct reader *, uint32_t i);
const struct origin *read_origin(struct reader *, uint32_t i);
bool read_sources(struct view *out, struct reader *);
bool read_repositories(struct view *out, struct reader *);
bool read_holders(struct view *out, struct reader *);
bool read_witnesses(struct view *out, struct reader *);
void read_holding(struct view_holding *out, struct reader *, size_t i);
void read_finding(struct finding *out, struct reader *, size_t i);
/* Where its ranges are, for whoever copies a part of them. */
struct range_parts {
	uint32_t at[3], n[3];
};
void read_authority(struct view_authority *out, struct range_parts *,
    struct reader *, size_t i);
void read_range(struct addr_range *out, struct reader *, int family, size_t i);
void read_asn_range(struct asn_range *out, struct reader *, size_t i);
void read_head(struct view *out, const struct view_file *);

#endif
