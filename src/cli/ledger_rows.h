/* Rows that several of cairn ledger's commands have. */
#ifndef CAIRN_CLI_LEDGER_ROWS_H
#define CAIRN_CLI_LEDGER_ROWS_H

#define ROW_LOG_KEY                                               \
	{                                                         \
		.name = "log-key", .argument = "FILE",            \
		.text = "the log's private key, which signs its " \
			"checkpoints"                             \
	}
#define ROW_PASSPHRASE                                          \
	{                                                       \
		.name = "passphrase-file", .argument = "FILE",  \
		.text = "its first line encrypts and decrypts " \
			"keys in PEM"                           \
	}
#define ROW_SUCCESSIONS                                             \
	{                                                           \
		.name = "successions", .argument = "FILE",          \
		.text = "who succeeds the sequencer: a size and a " \
			"holder a line"                             \
	}
#define ROW_ANYWAY(what)                         \
	{                                        \
		.name = "anyway", .text = (what) \
	}
#define ROW_TIME(what)                                                  \
	{                                                               \
		.name = "time", .argument = "TIME", .otherwise = "now", \
		.text = (what)                                          \
	}
#define ROW_KEYS                                                             \
	{                                                                    \
		.name = "keys", .argument = "FILE",                          \
		.text = "whose signatures count: lines of log, witness and " \
			"quorum, or a C2SP tlog-policy"                      \
	}
#define ROW_AT_SIZE                                        \
	{                                                  \
		.name = "at-size", .argument = "N",        \
		.text = "tell of the first N entries only" \
	}
#define ROW_AT                                                        \
	{                                                             \
		.name = "at", .argument = "N", .text = "as --at-size" \
	}
#define ROW_NOW                                                        \
	{                                                              \
		.name = "now", .argument = "TIME", .otherwise = "now", \
		.text = "the clock, RFC 3339 or seconds since 1970"    \
	}
#define ROW_CA_FILE                                            \
	{                                                      \
		.name = "ca-file", .argument = "PEM",          \
		.text = "more roots for TLS than the system's" \
	}

#endif
