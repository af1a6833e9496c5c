/*
 * Whose signatures count: a file of `log`, `witness` and `quorum` lines, or
 * a C2SP tlog-policy file. The two differ only in the witness line (a policy
 * names its witnesses and may give URLs) and in the quorum (a number, or a
 * name).
 */
#include <string.h>

#include "tlog/tlog.h"

struct parse {
	struct tlog_keys *out;
	struct arena *arena;
	struct span names[2 * TLOG_KEYS_MAX]; /* of witnesses, of groups */
	bool used[2 * TLOG_KEYS_MAX];         /* already in a group */
	bool done;                            /* the quorum was given */
};

static struct span
word(struct span *rest)
{
	struct span w;

	while (rest->n > 0 && (*rest->p == ' ' || *rest->p == '\t'))
		*rest = span_of(rest->p + 1, rest->n - 1);
	w = span_of(rest->p, 0);
	while (rest->n > 0 && *rest->p != ' ' && *rest->p != '\t') {
		*rest = span_of(rest->p + 1, rest->n - 1);
		w.n++;
	}
	return w;
}

/* One key counts once, whatever it is called. */
static bool
key_is_known(const struct tlog_keys *keys, const struct vkey *k)
{
	for (size_t i = 0; i < keys->n_logs; i++)
		if (memcmp(keys->logs[i].key, k->key, 32) == 0)
			return true;
	for (size_t i = 0; i < keys->n_witnesses; i++)
		if (memcmp(keys->witnesses[i].key, k->key, 32) == 0)
			return true;
	return false;
}

static enum reason
log_line(struct parse *p, struct span rest)
{
	struct vkey k;

	TRY(vkey_parse(&k, word(&rest)));
	(void)word(&rest); /* a URL, ours come from the configuration */
	if (rest.n != 0 || p->out->n_logs == TLOG_KEYS_MAX ||
	    k.type != VKEY_ED25519 || key_is_known(p->out, &k))
		return R_KEYS_LINE;
	p->out->logs[p->out->n_logs++] = k;
	return REASON_OK;
}

static bool
name_find(size_t *out, const struct parse *p, struct span name)
{
	for (size_t i = 0; i < p->out->n_witnesses; i++)
		if (span_eq(p->names[i], name)) {
			*out = i;
			return true;
		}
	for (size_t i = 0; i < p->out->n_groups; i++)
		if (span_eq(p->names[TLOG_KEYS_MAX + i], name)) {
			*out = TLOG_KEYS_MAX + i;
			return true;
		}
	return false;
}

static enum reason
witness_line(struct parse *p, struct span rest)
{
	struct span first = word(&rest), second = word(&rest), url = { 0 };
	size_t found;
	struct vkey k;

	if (p->out->n_witnesses == TLOG_KEYS_MAX)
		return R_KEYS_LINE;
	if (second.n == 0) {
		TRY(vkey_parse(&k, first));
		first = k.name;
	} else {
		TRY(vkey_parse(&k, second));
		url = word(&rest);
	}
	if (rest.n != 0 || key_is_known(p->out, &k) ||
	    (k.type != VKEY_COSIGNATURE && k.type != VKEY_ML_DSA_44) ||
	    span_eq(first, SPAN("none")) || name_find(&found, p, first))
		return R_KEYS_LINE;
	p->names[p->out->n_witnesses] = first;
	p->out->urls[p->out->n_witnesses] = url;
	p->out->witnesses[p->out->n_witnesses++] = k;
	return REASON_OK;
}

/* all, any, or a number from 1 to n. */
static bool
threshold_parse(size_t *out, struct span text, size_t n)
{
	uint64_t k;

	if (span_eq(text, SPAN("all"))) {
		*out = n;
		return true;
	}
	if (span_eq(text, SPAN("any"))) {
		*out = 1;
		return true;
	}
	if (!decimal_parse(&k, text, n) || k == 0)
		return false;
	*out = (size_t)k;
	return true;
}

static enum reason
group_line(struct parse *p, struct span rest)
{
	struct span name = word(&rest), threshold = word(&rest), member;
	struct witness_group g = { .name = name };
	size_t found, *members;

	if (p->out->n_groups == TLOG_KEYS_MAX || name.n == 0 ||
	    span_eq(name, SPAN("none")) || name_find(&found, p, name))
		return R_KEYS_LINE;
	members = ARENA_ARRAY(p->arena, 2 * TLOG_KEYS_MAX, size_t);
	if (members == NULL)
		return R_LIMIT_MEMORY;
	while ((member = word(&rest)).n > 0) {
		if (!name_find(&found, p, member) || p->used[found])
			return R_KEYS_LINE;
		p->used[found] = true;
		members[g.n++] = found;
	}
	g.members = members;
	if (g.n == 0 || !threshold_parse(&g.threshold, threshold, g.n))
		return R_KEYS_LINE;
	p->names[TLOG_KEYS_MAX + p->out->n_groups] = name;
	p->out->groups[p->out->n_groups++] = g;
	return REASON_OK;
}

/* `quorum N`: N of all witnesses, which is a group without a name. */
static enum reason
quorum_count(struct parse *p, uint64_t n)
{
	struct tlog_keys *k = p->out;
	struct witness_group g = { .threshold = (size_t)n };
	size_t *members;

	if (n == 0)
		return REASON_OK;
	if (k->n_groups > 0 || n > k->n_witnesses)
		return R_KEYS_LINE;
	members = ARENA_ARRAY(p->arena, k->n_witnesses, size_t);
	if (members == NULL)
		return R_LIMIT_MEMORY;
	for (g.n = 0; g.n < k->n_witnesses; g.n++)
		members[g.n] = g.n;
	g.members = members;
	k->quorum = TLOG_KEYS_MAX + k->n_groups;
	k->groups[k->n_groups++] = g;
	k->need_quorum = true;
	return REASON_OK;
}

static enum reason
quorum_line(struct parse *p, struct span rest)
{
	struct span name = word(&rest);
	uint64_t n;

	if (p->done || rest.n != 0)
		return R_KEYS_LINE;
	p->done = true;
	if (span_eq(name, SPAN("none")))
		return REASON_OK;
	if (name_find(&p->out->quorum, p, name)) {
		p->out->need_quorum = true;
		return REASON_OK;
	}
	return decimal_parse(&n, name, TLOG_KEYS_MAX) ? quorum_count(p, n)
						      : R_KEYS_LINE;
}

static enum reason
keys_line(struct parse *p, struct span rest)
{
	static const struct {
		const char *word;
		enum reason (*parse)(struct parse *, struct span);
	} lines[] = {
		{ "log", log_line },
		{ "witness", witness_line },
		{ "group", group_line },
		{ "quorum", quorum_line },
	};
	struct span first = word(&rest);

	if (first.n == 0 || *first.p == '#')
		return REASON_OK;
	for (size_t i = 0; i < COUNT(lines); i++)
		if (span_eq(first, span_str(lines[i].word)))
			return lines[i].parse(p, rest);
	return R_KEYS_LINE;
}

enum reason
tlog_keys_parse(struct tlog_keys *out, struct span text, struct arena *arena,
    unsigned *line)
{
	struct parse p = { .out = out, .arena = arena };

	*line = 0;
	*out = (struct tlog_keys){
		.logs = ARENA_ARRAY(arena, TLOG_KEYS_MAX, struct vkey),
		.witnesses = ARENA_ARRAY(arena, TLOG_KEYS_MAX, struct vkey),
		.urls = ARENA_ARRAY(arena, TLOG_KEYS_MAX, struct span),
		.groups =
		    ARENA_ARRAY(arena, TLOG_KEYS_MAX + 1, struct witness_group),
	};
	if (out->logs == NULL || out->witnesses == NULL || out->urls == NULL ||
	    out->groups == NULL)
		return R_LIMIT_MEMORY;
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p);

		(*line)++;
		TRY(keys_line(&p, span_of(text.p, n)));
		n += end != NULL;
		text = span_of(text.p + n, text.n - n);
	}
	return out->n_logs > 0 && p.done ? REASON_OK : R_KEYS_LINE;
}
