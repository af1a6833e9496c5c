/* What follows the walk: from trees to a view, and where it goes. Private to
 * the room. */
#ifndef CAIRN_RUN_FINISH_H
#define CAIRN_RUN_FINISH_H

#include "run/inside.h"

/* facts.c */
/* What the view says beside payloads: sources, repositories, authorities. To
 * be called once the report is there; all of it is in the result's arena. */
enum reason facts_gather(struct view *out, struct run *) MUST_CHECK;

/* hold.c */
struct harvest_hold {
	VEC(struct finding) findings; /* what was held, what vanished */
	struct policy_set set;        /* what is held */
	const int64_t *until;         /* of each source; NULL: none */
};
/* Read what was published before this run, unless it is read already, and tell
 * where it cannot be: before anything is harvested. */
enum reason hold_open(struct run *) MUST_CHECK;
/* Once the view is made without it; nothing where no view was published. */
enum reason hold_back(struct harvest_hold *out, struct run *) MUST_CHECK;

/* early.c */
/* Is it time to publish what there is, and go on? */
bool early_is_due(struct run *);
enum reason early_publish(struct run *) MUST_CHECK;

/* harvest.c */
enum reason harvest(struct run *) MUST_CHECK;
/* Only what is said of repositories. */
enum reason harvest_repositories(struct run *) MUST_CHECK;

/* alarm.c */
/* Keep the view that is published now, before another takes its place. */
enum reason alarm_remember(struct run *) MUST_CHECK;
/* Tell what is new since, and what earlier runs could not; a receiver that
 * fails is a count. */
enum reason alarm_tell(struct run *) MUST_CHECK;
void alarm_forget(struct run *);

/* publish.c */
enum reason publish_folder(struct view_folder *out, struct run *) MUST_CHECK;
enum reason publish(struct run *) MUST_CHECK;

/* same.c */
struct same_last;
/* After the store, before all else that is read. */
enum reason same_open(struct run *) MUST_CHECK;
/* Once what was asked for has come: ask for what a walk would want, too, and
 * when there is nothing more, see whether it holds. */
enum reason same_go_on(struct run *) MUST_CHECK;
/* Where it holds, instead of harvest, settle and publish. Afterwards it may
 * not hold any more: the view is damaged. */
enum reason same_publish(struct run *) MUST_CHECK;
/* Before harvest, and after publish: for the next run. */
enum reason same_note(struct run *) MUST_CHECK;
enum reason same_keep(struct run *) MUST_CHECK;
enum reason same_say(struct store_write *, const struct same_last *) MUST_CHECK;

/* settle.c */
enum reason settle(struct run *) MUST_CHECK;

#endif
