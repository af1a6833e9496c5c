/* What the files of this room share. Private to it. */
#ifndef CAIRN_DOCTOR_INSIDE_H
#define CAIRN_DOCTOR_INSIDE_H

#include "doctor/doctor.h"

/* Note a check; the text as by printf, from anywhere. */
void doctor_say(struct doctor_checkup *, const struct doctor_check *,
    const char *fmt, ...) FORMAT(3, 4);
void doctor_machine(struct doctor_checkup *, const struct conf *);
void doctor_rsync(struct doctor_checkup *, const struct conf *);
void doctor_sources(struct doctor_checkup *, const struct conf *);
void doctor_https(struct doctor_checkup *, const struct conf *);
void doctor_ledgers(struct doctor_checkup *, const struct conf *);
void doctor_kernel(struct doctor_checkup *);
void doctor_serve(struct doctor_checkup *, const struct conf *);
void doctor_watch(struct doctor_checkup *, const struct conf *);
/* Limits of time for who waits for an answer. */
void doctor_hurry(struct limits *);
/* Does host and port of the URI take a connection? Says what happened. */
bool doctor_reaches(const struct uri *, uint64_t seconds, char detail[160]);

#endif
