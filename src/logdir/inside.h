/* Inside logdir: its two files' contract with each other. */
#ifndef CAIRN_LOGDIR_INSIDE_H
#define CAIRN_LOGDIR_INSIDE_H

#include "logdir/logdir.h"

#define STATE_FILE   ".state/treeState"
#define VERSION_FILE ".state/version"
#define VERSION      "1" /* of Tessera's layout: no line end */

/* Both say the file and errno's words; the second is R_LOG_WRITE. */
enum reason logdir_fail_as(struct logdir *, enum reason, const char *path);
enum reason logdir_fail(struct logdir *, const char *path);

enum reason logdir_state_read(struct logdir *) MUST_CHECK;

#endif
