/* A ledger's log in a folder or below a URL. */
#include "cli/ledger_place.h"

enum reason
ledger_place_open(struct ledger_place *p, const char *name, const char *ca_file)
{
	const struct https_settings settings = {
		.ca_file = ca_file, .agent = "cairn", .limits = &p->limits
	};

	*p = (struct ledger_place){ .name = name };
	limits_init(&p->limits);
	fault_init(&p->why, span_of(NULL, 0));
	if (place_is_web(name))
		TRY(web_open(&p->web, &settings, &p->why));
	return place_open(&p->place, name, p->web, &p->why);
}

void
ledger_place_close(struct ledger_place *p)
{
	place_close(p->place);
	web_close(p->web);
	*p = (struct ledger_place){ .name = NULL };
}

struct log_source
ledger_place_source(struct ledger_place *p)
{
	return (struct log_source){ place_get, p->place };
}

const char *
ledger_place_detail(const struct ledger_place *p)
{
	return p->place == NULL ? p->why.detail : place_detail(p->place);
}
