# BIRD 2: stays connected, once for each version.
bird_program=bird
bird_versions="0 1"
bird_start() { # VERSION FOLDER
	cat >"$2/bird.conf" <<-CONF
	router id 192.0.2.1;
	roa4 table r4;
	roa6 table r6;
	protocol device {}
	protocol rpki {
		roa4 { table r4; };
		roa6 { table r6; };
		remote 127.0.0.1 port $(port_of "$1");
		refresh keep 5;
		retry keep 2;
	}
	CONF
	bird -f -c "$2/bird.conf" -s "$2/bird.ctl" -P "$2/bird.pid" \
		>"$2/log" 2>&1 &
	started $!
}
bird_table() { # VERSION FOLDER
	birdc -s "$2/bird.ctl" "show route all" 2>/dev/null |
		sed -nE 's|^([0-9a-f.:]+/[0-9]+-[0-9]+) AS([0-9]+).*|\1 \2|p'
}
