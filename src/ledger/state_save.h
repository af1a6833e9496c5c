/*
 * The flat form of a state. Private to the room. Numbers are big-endian;
 * what refers to a holder, statement, claim or link does so by number.
 *
 *	magic		and whose replay it is
 *	size, time, applied, challenge; sequencer; anchors; successions
 *	statements	ids in order
 *	holders		with their service records
 *	records		in the order of their statements
 *	claims		in the order of their statements
 *	holds		a space after the other, ascending
 *	links		each after the one it hangs on
 *	chains		a space after the other, ascending
 *	SHA-256 of all that
 */
#ifndef CAIRN_LEDGER_STATE_SAVE_H
#define CAIRN_LEDGER_STATE_SAVE_H

#include "ledger/version.h"

#define SAVE_MAGIC SPAN("cairn ledger state 1 " REPLAY_VERSION "\n")

#endif
