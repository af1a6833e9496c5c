# RTRTR, of crates.io: stays connected, speaks version 2. It serves what it
# holds to others, and is asked for that. (Its own TLS ends it, in 0.3.3: rustls
# finds no provider; so it has TLS from stunnel.)
rtrtr_program=rtrtr
rtrtr_versions=2
rtrtr_start() { # VERSION FOLDER
	rtrtr_run "$2" 'type = "rtr"' "127.0.0.1:$(port_of "$1")" 3400
}
rtrtr_run() { # FOLDER UNIT HOST:PORT PORT
	cat >"$1/rtrtr.conf" <<-CONF
	log_level = "debug"
	log_target = "stderr"
	http-listen = []
	[units.cairn]
	$2
	remote = "$3"
	retry = 2
	[targets.routers]
	type = "rtr"
	listen = ["127.0.0.1:$4"]
	unit = "cairn"
	CONF
	rtrtr -c "$1/rtrtr.conf" >"$1/log" 2>&1 &
	started $!
}
rtrtr_table() { # VERSION FOLDER
	payloads 3400
}
rtrtr_truth() { # VERSION
	payloads "$(port_of "$1")"
}
# Everything that version 2 can say, in any order: RTRTR's is its own, so
# `cairn rtr` would refuse it.
payloads() { # PORT
	timeout 20 python3 "$peers/payloads.py" "$1"
}
