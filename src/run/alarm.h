/* What is still to be told, and to whom. Private to alarm*.c. */
#ifndef CAIRN_RUN_ALARM_H
#define CAIRN_RUN_ALARM_H

#include "run/inside.h"

enum alarm_way {
	ALARM_COMMAND = 'c',
	ALARM_URL = 'u',
	ALARM_SYSLOG = 's'
};

/* Of a receiver's name, of an alert's key: enough of a digest to tell one from
 * another. */
struct alarm_mark {
	uint8_t b[8];
};

/* One alert that one receiver is to be told. */
struct alarm_owed {
	enum alarm_way way;
	struct alarm_mark to, key;
	int64_t since_at, due_at;
	uint64_t tries;
	struct span body; /* a line, with its LF */
	size_t offset;    /* in the file */
	bool waits;       /* not told yet */
};

/*
 * CACHE/alerts: `queue`, a line for each that is owed, oldest first; `seen`,
 * the view up to which all that is news is in the queue. A run that is ended
 * anywhere loses nothing: news are put into the queue, then `seen` moves on,
 * then they are told, and each that was taken is marked in its place.
 */
struct alarm_queue {
	VEC(struct alarm_owed) owed;
	struct arena *arena;
	int folder, file; /* -1: there is none, and nothing is remembered */
	bool is_new;      /* more in it than in the file */
};

#define ALARM_FOLDER  "/alerts"
#define ALARM_SEEN    "seen"
#define ALARM_WAITING 5000 /* the oldest wait; what is beyond is not told */

struct alarm_mark alarm_mark_of(struct span);
/* What the last run left; nothing where there is none, or it cannot be read. */
void alarm_queue_open(struct alarm_queue *, const char *cache, struct arena *);
void alarm_queue_close(struct alarm_queue *);
/* Unless the same waits already. False: there is no room. */
bool alarm_queue_add(struct alarm_queue *, const struct alarm_owed *);
/* To the file, what waits; durable. */
void alarm_queue_save(struct alarm_queue *);
/* In its place in the file: told or not, tries, due. */
void alarm_queue_note(struct alarm_queue *, const struct alarm_owed *);
/* The view that was published last has been looked at. */
void alarm_seen(struct alarm_queue *, const char *cache);
/* Nobody is to be told anything: forget all of it. */
void alarm_queue_drop(const char *cache);

#endif
