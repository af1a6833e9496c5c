/*
 * Counts for each trust anchor. "verified" is all that a trust anchor says,
 * "final" what it adds: of equal payloads the first origin's counts.
 */
#include "output/stream.h"

struct counts {
	struct span name;
	uint64_t objects[3], payloads[3], final[3]; /* by payload_kind */
};

/* An object has been seen when an earlier payload of its kind came from it;
 * the set is of kind, hash, source and URI. */
struct seen {
	struct map map;
	struct arena keys;
	bool failed;
};

static bool
is_first(struct seen *seen, const struct payload *p)
{
	struct buf key;
	struct span kept;
	bool first = false;

	buf_init(&key, p->origin->uri.n + p->origin->source.n + 64);
	buf_byte(&key, (uint8_t)p->kind);
	buf_span(&key, SPAN_OF(p->origin->hash));
	buf_span(&key, p->origin->source);
	buf_byte(&key, 0);
	buf_span(&key, p->origin->uri);
	if (!key.failed && map_get(&seen->map, buf_view(&key)) == NULL) {
		first = true;
		kept = arena_dup(&seen->keys, buf_view(&key));
		if (kept.p == NULL || !map_put(&seen->map, kept, seen))
			seen->failed = true;
	}
	seen->failed |= key.failed;
	buf_fini(&key);
	return first;
}

/* Sums of one source. */
static void
count(struct counts *out, const struct view *view, struct seen *seen)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct payload *p = &view->payloads[i];
		unsigned kind = (unsigned)p->kind;

		if (!span_eq(p->origin->source, out->name))
			continue;
		out->payloads[kind]++;
		out->objects[kind] += is_first(seen, p);
		out->final[kind] += i == 0 || payload_cmp(p - 1, p) != 0;
	}
}

static void
write_counts(struct output_stream *s, const struct counts *c)
{
	unsigned vrp = PAYLOAD_VRP, key = PAYLOAD_ROUTER_KEY,
		 aspa = PAYLOAD_ASPA;

	buf_span(&s->buf, c->name);
	buf_printf(&s->buf,
	    ": \n"
	    "            ROAs: %7llu verified;\n"
	    "            VRPs: %7llu verified, %7llu final;\n"
	    "    router certs: %7llu verified;\n"
	    "     router keys: %7llu verified, %7llu final;\n"
	    "           ASPAs: %7llu verified, %7llu final;\n",
	    (unsigned long long)c->objects[vrp],
	    (unsigned long long)c->payloads[vrp],
	    (unsigned long long)c->final[vrp],
	    (unsigned long long)c->objects[key],
	    (unsigned long long)c->payloads[key],
	    (unsigned long long)c->final[key],
	    (unsigned long long)c->payloads[aspa],
	    (unsigned long long)c->final[aspa]);
}

static void
add(struct counts *total, const struct counts *c)
{
	for (size_t k = 0; k < COUNT(c->objects); k++) {
		total->objects[k] += c->objects[k];
		total->payloads[k] += c->payloads[k];
		total->final[k] += c->final[k];
	}
}

void
format_summary(struct output_stream *s, const struct output_in *in)
{
	struct counts total = { .name = SPAN("total") };
	struct seen seen = { 0 };
	struct civil c;

	map_init(&seen.map);
	arena_init(&seen.keys, SIZE_MAX / 2);
	time_to_civil(&c, in->view->at);
	buf_printf(&s->buf, "Summary at %04d-%02d-%02d %02d:%02d:%02d UTC\n",
	    c.year, c.month, c.day, c.hour, c.minute, c.second);
	for (size_t i = 0; i < in->n_sources; i++) {
		struct counts one = { .name = in->sources[i] };

		count(&one, in->view, &seen);
		write_counts(s, &one);
		add(&total, &one);
		stream_flow(s);
	}
	write_counts(s, &total);
	if (seen.failed && s->reason == REASON_OK)
		s->reason = R_LIMIT_MEMORY;
	map_fini(&seen.map);
	arena_fini(&seen.keys);
}
