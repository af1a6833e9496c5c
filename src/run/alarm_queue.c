/* The queue of alerts as a file: see alarm.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "run/alarm.h"

#define QUEUE     "queue"
#define QUEUE_MAX ((size_t)64 << 20)
#define BODY_MAX  ((size_t)1 << 20)

/* "W 0000 00000000000 00000000000 c", then marks and body: of one length, so
 * that it is written over in its place. */
#define HEAD      32
#define FIXED     (HEAD + 1 + 16 + 1 + 16 + 1)
#define TRIES_MAX 9999
#define TIME_MAX  UINT64_C(100000000000)

struct alarm_mark
alarm_mark_of(struct span name)
{
	struct alarm_mark mark;
	uint8_t hash[32];

	crypt_sha256(hash, name);
	memcpy(mark.b, hash, sizeof(mark.b));
	return mark;
}

static bool
same_mark(const struct alarm_mark *a, const struct alarm_mark *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* ---- lines ------------------------------------------------------------- */

static void
head_write(char out[HEAD + 1], const struct alarm_owed *o)
{
	unsigned long long since = (uint64_t)o->since_at % TIME_MAX;
	unsigned long long due = (uint64_t)o->due_at % TIME_MAX;
	char text[64];

	(void)snprintf(text, sizeof(text), "%c %04u %011llu %011llu %c",
	    o->waits ? 'W' : 'T', (unsigned)o->tries % (TRIES_MAX + 1), since,
	    due, (char)o->way);
	memcpy(out, text, HEAD);
	out[HEAD] = '\0';
}

static void
line_write(struct buf *out, const struct alarm_owed *o)
{
	char head[HEAD + 1], to[17], key[17];

	head_write(head, o);
	hex_write(to, SPAN_OF(o->to.b));
	hex_write(key, SPAN_OF(o->key.b));
	buf_printf(out, "%s %s %s ", head, to, key);
	buf_span(out, o->body);
}

/* With leading zeros, unlike decimal_parse. */
static bool
number_parse(uint64_t *out, struct span digits)
{
	*out = 0;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(digits.p[i] - '0');
	}
	return true;
}

static bool
head_parse(struct alarm_owed *out, struct span head)
{
	uint64_t since, due;

	if (head.p[1] != ' ' || head.p[6] != ' ' || head.p[18] != ' ' ||
	    head.p[30] != ' ' || (head.p[0] != 'W' && head.p[0] != 'T') ||
	    strchr("cus", head.p[31]) == NULL || head.p[31] == '\0' ||
	    !number_parse(&out->tries, span_of(head.p + 2, 4)) ||
	    !number_parse(&since, span_of(head.p + 7, 11)) ||
	    !number_parse(&due, span_of(head.p + 19, 11)))
		return false;
	out->waits = head.p[0] == 'W';
	out->way = (enum alarm_way)head.p[31];
	out->since_at = (int64_t)since;
	out->due_at = (int64_t)due;
	return true;
}

static bool
line_parse(struct alarm_owed *out, struct span line)
{
	const uint8_t *p = line.p;

	*out = (struct alarm_owed){ 0 };
	if (line.n <= FIXED || !head_parse(out, span_of(p, HEAD)) ||
	    p[HEAD] != ' ' || p[HEAD + 17] != ' ' || p[HEAD + 34] != ' ' ||
	    !hex_parse(
		out->to.b, sizeof(out->to.b), span_of(p + HEAD + 1, 16)) ||
	    !hex_parse(
		out->key.b, sizeof(out->key.b), span_of(p + HEAD + 18, 16)))
		return false;
	out->body = span_of(p + FIXED, line.n - FIXED);
	return true;
}

/* ---- the file ---------------------------------------------------------- */

/* What another version wrote, or is damaged, is passed over. */
static void
take_lines(struct alarm_queue *q, struct span text)
{
	const uint8_t *begin = text.p;

	for (size_t i = 0; i < text.n; i++) {
		struct alarm_owed one;
		const uint8_t *p = text.p + i;

		if (*p != '\n')
			continue;
		if (line_parse(&one, span_of(begin, (size_t)(p + 1 - begin))) &&
		    one.waits && q->owed.n < ALARM_WAITING) {
			one.offset = (size_t)(begin - text.p);
			(void)vec_push(&q->owed, one);
		}
		begin = p + 1;
	}
}

void
alarm_queue_open(struct alarm_queue *q, const char *cache, struct arena *arena)
{
	char path[4096];
	struct buf bytes;
	struct span text;

	*q = (struct alarm_queue){ .arena = arena, .folder = -1, .file = -1 };
	(void)snprintf(path, sizeof(path), "%s" ALARM_FOLDER, cache);
	(void)mkdir(path, 0700);
	q->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (q->folder < 0)
		return;
	q->file = openat(q->folder, QUEUE, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (q->file < 0)
		return;
	buf_init(&bytes, QUEUE_MAX);
	if (file_read(&bytes, q->file)) {
		text = arena_dup(arena, buf_view(&bytes));
		if (text.p != NULL)
			take_lines(q, text);
	}
	buf_fini(&bytes);
}

void
alarm_queue_close(struct alarm_queue *q)
{
	if (q->file >= 0)
		(void)close(q->file);
	if (q->folder >= 0)
		(void)close(q->folder);
	vec_fini(&q->owed);
}

bool
alarm_queue_add(struct alarm_queue *q, const struct alarm_owed *owed)
{
	struct alarm_owed one = *owed;

	for (size_t i = 0; i < q->owed.n; i++) {
		const struct alarm_owed *o = &q->owed.v[i];

		if (o->waits && o->way == one.way &&
		    same_mark(&o->to, &one.to) && same_mark(&o->key, &one.key))
			return true;
	}
	if (q->owed.n >= ALARM_WAITING || one.body.n > BODY_MAX)
		return false;
	one.waits = true;
	one.body = arena_dup(q->arena, one.body);
	q->is_new = true;
	return one.body.p != NULL && vec_push(&q->owed, one);
}

/* What cannot be written is told all the same, and not remembered. */
void
alarm_queue_save(struct alarm_queue *q)
{
	static const char fresh[] = QUEUE ".new";
	struct buf text;
	int fd;

	if (!q->is_new || q->folder < 0)
		return;
	buf_init(&text, QUEUE_MAX);
	for (size_t i = 0; i < q->owed.n; i++) {
		q->owed.v[i].offset = text.n;
		line_write(&text, &q->owed.v[i]);
	}
	fd = openat(q->folder, fresh,
	    O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (q->file >= 0)
		(void)close(q->file);
	q->file = -1;
	if (fd >= 0 && !text.failed && file_write(fd, buf_view(&text)) &&
	    fsync(fd) == 0 &&
	    renameat(q->folder, fresh, q->folder, QUEUE) == 0 &&
	    fsync(q->folder) == 0)
		q->file = fd;
	else if (fd >= 0)
		(void)close(fd);
	buf_fini(&text);
	q->is_new = false;
}

void
alarm_queue_note(struct alarm_queue *q, const struct alarm_owed *o)
{
	char head[HEAD + 1];

	if (q->file < 0)
		return;
	head_write(head, o);
	if (pwrite(q->file, head, HEAD, (off_t)o->offset) == HEAD)
		(void)fdatasync(q->file);
}

/* ---- what was looked at ------------------------------------------------ */

/* By a name of its own for the same file: publishing puts another in the place
 * of the first name, and leaves this one. */
void
alarm_seen(struct alarm_queue *q, const char *cache)
{
	static const char fresh[] = ALARM_SEEN ".new";
	char path[4096];

	if (q->folder < 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/view/current", cache);
	(void)unlinkat(q->folder, fresh, 0);
	if (linkat(AT_FDCWD, path, q->folder, fresh, 0) == 0)
		(void)renameat(q->folder, fresh, q->folder, ALARM_SEEN);
	(void)unlinkat(q->folder, fresh, 0); /* one file: nothing was renamed */
}

void
alarm_queue_drop(const char *cache)
{
	static const char *const names[] = { ALARM_SEEN, QUEUE };
	char path[4096];

	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s" ALARM_FOLDER "/%s",
		    cache, names[i]);
		(void)unlink(path);
	}
}

size_t
run_look_alerts(int64_t *since, const char *cache)
{
	struct alarm_queue queue;
	struct arena arena;
	struct stat st;
	char path[4096];
	size_t n;

	(void)snprintf(path, sizeof(path), "%s" ALARM_FOLDER, cache);
	if (stat(path, &st) != 0)
		return 0; /* looking makes no folder */
	arena_init(&arena, SIZE_MAX);
	alarm_queue_open(&queue, cache, &arena);
	n = queue.owed.n;
	*since = n > 0 ? queue.owed.v[0].since_at : 0;
	alarm_queue_close(&queue);
	arena_fini(&arena);
	return n;
}
