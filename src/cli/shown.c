/* Where published views are, and the newest of them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/shown.h"

int
shown_failure(const struct shown *s, enum reason reason, const char *what)
{
	return failure(s->self, "%s: %s%s%s", reason_id(reason),
	    reason_text(reason), what[0] != '\0' ? ": " : "", what);
}

int
shown_find(struct shown *s, const struct command *self, const char *config,
    const char *cache)
{
	struct conf_error error;
	struct fault why;
	enum reason reason;
	size_t n;

	*s = (struct shown){ .self = self };
	conf_init(&s->conf);
	arena_init(&s->arena, SIZE_MAX);
	if (config == NULL && cache == NULL &&
	    access(conf_default_file(), F_OK) == 0)
		config = conf_default_file();
	if (config != NULL && conf_load(&s->conf, config, &error) != REASON_OK)
		return conf_refused(s->self, &error);
	if (cache == NULL)
		cache = s->conf.cache;
	n = strlen(cache) + sizeof("/view/current");
	s->folder = arena_alloc(&s->arena, n);
	if (s->folder == NULL)
		return shown_failure(s, R_LIMIT_MEMORY, "");
	(void)snprintf(s->folder, n, "%s/view/current", cache);
	fault_init(&why, SPAN(""));
	reason = view_open(&s->file, s->folder, &why);
	if (reason != REASON_OK && reason != R_VIEW_MISSING)
		return shown_failure(s, reason, why.detail);
	s->folder[n - sizeof("/current")] = '\0';
	return STATUS_DONE;
}

int
shown_open(struct shown *s, const struct command *self, const char *config,
    const char *cache)
{
	int status = shown_find(s, self, config, cache);

	if (status == STATUS_DONE && s->file == NULL)
		return failure(self,
		    "%s: %s/current: cairn validate publishes one",
		    reason_id(R_VIEW_MISSING), s->folder);
	return status;
}

void
shown_close(struct shown *s)
{
	view_close(s->file);
	arena_fini(&s->arena);
	conf_fini(&s->conf);
}
