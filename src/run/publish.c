/* The view where servers and people find it, with its serial and sessions. */
#include <sys/random.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/finish.h"

/* What every source failed to say is no news: the view before is better. */
static bool
has_something(const struct view *v)
{
	for (size_t i = 0; i < v->n_sources; i++)
		if (v->sources[i].kind != SOURCE_SLURM &&
		    v->sources[i].reason == REASON_OK)
			return true;
	return false;
}

static void
draw(uint16_t sessions[3])
{
	ssize_t n;

	do
		n = getrandom(sessions, 3 * sizeof(*sessions), 0);
	while (n == -1 && errno == EINTR);
	ASSERT(n == 3 * (ssize_t)sizeof(*sessions));
}

enum reason
publish_folder(struct view_folder *out, struct run *run)
{
	const struct conf *conf = run->conf;
	size_t n = strlen(conf->cache) + sizeof("/view");
	char *path = arena_alloc(&run->work, n);

	*out = (struct view_folder){ .path = path,
		.serials = conf->rtr.history,
		.keep_s = (int64_t)conf->limits.history_time,
		.keep_n = conf->limits.history_files,
		.keep_bytes = conf->limits.history_bytes,
		.now = run->clock_at };
	if (path == NULL)
		return R_LIMIT_MEMORY;
	(void)snprintf(path, n, "%s/view", conf->cache);
	return REASON_OK;
}

enum reason
publish(struct run *run)
{
	const struct run_before *b = &run->out->before;
	struct view_folder folder;

	if (!run->is_now || !has_something(&run->out->view))
		return REASON_OK;
	TRY(publish_folder(&folder, run));
	draw(folder.sessions);
	if (b->is_there) {
		folder.read_file = b->file;
		folder.read = &b->view;
	}
	run->out->is_published = true;
	return view_publish(
	    &run->out->published, &run->out->view, &folder, run->why);
}
