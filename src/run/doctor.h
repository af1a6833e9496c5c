/* What the files of doctor share. */
#ifndef CAIRN_RUN_DOCTOR_H
#define CAIRN_RUN_DOCTOR_H

#include "run/run.h"

/* Note a check; the text as by printf, from anywhere. */
void doctor_say(struct run_checkup *, const struct run_check *, const char *fmt,
    ...) FORMAT(3, 4);
void doctor_machine(struct run_checkup *, const struct conf *);
void doctor_rsync(struct run_checkup *, const struct conf *);
void doctor_sources(struct run_checkup *, const struct conf *);
void doctor_https(struct run_checkup *, const struct conf *);
void doctor_ledgers(struct run_checkup *, const struct conf *);
void doctor_kernel(struct run_checkup *);
void doctor_serve(struct run_checkup *, const struct conf *);
void doctor_watch(struct run_checkup *, const struct conf *);
/* Is there a store in the cache, that opening does not make? */
bool doctor_has_store(const struct conf *);
/* Does host and port of the URI take a connection? Says what happened. */
bool doctor_reaches(const struct uri *, uint64_t seconds, char detail[160]);

#endif
