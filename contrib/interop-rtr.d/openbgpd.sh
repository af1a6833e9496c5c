# OpenBGPD: stays connected. It shows how many prefixes it holds, not which; so
# two neighbours announce routes to it (openbgpd.py), of which it must think
# what RFC 6811 and the view say.
openbgpd_program=bgpd
openbgpd_versions=1 # with 0 it ends the connection itself
openbgpd_start() { # VERSION FOLDER
	cat >"$2/bgpd.conf" <<-CONF
	AS 65000
	router-id 192.0.2.1
	listen on 127.0.0.1 port 179$1
	fib-update no
	socket "$2/bgpd.sock"
	rtr 127.0.0.1 { port $(port_of "$1") }
	neighbor 127.0.0.2 {
		remote-as 65002
		passive
		announce IPv4 unicast
		announce IPv6 unicast
	}
	neighbor 127.0.0.3 {
		remote-as 65003
		passive
		announce IPv4 unicast
		announce IPv6 unicast
	}
	allow from any
	CONF
	chmod 600 "$2/bgpd.conf"
	# It gives up root, in a folder that its service makes.
	mkdir -p "$(getent passwd _openbgpd | cut -d: -f6)"
	bgpd -d -v -f "$2/bgpd.conf" >"$2/log" 2>&1 &
	started $!
	truth "$1" >"$2/first"
	wait_for bgpctl -s "$2/bgpd.sock" show rtr || return
	for speaker in 2 3; do
		python3 "$peers/openbgpd.py" announce $speaker "179$1" \
			<"$2/first" >>"$2/log" 2>&1 &
		started $!
	done
}
openbgpd_table() { # VERSION FOLDER
	bgpctl -s "$2/bgpd.sock" show sets 2>/dev/null |
		sed -nE 's|^ROA +RPKI ROA +([0-9]+) +([0-9]+) .*|\1 \2|p'
	# Flags, state, prefix, gateway, preference, metric, path, origin.
	bgpctl -s "$2/bgpd.sock" show rib 2>/dev/null |
		sed -nE 's#^[^ ]* +([VN!]) ([0-9a-f.:]+/[0-9]+) .* ([0-9]+) i$#\2 \3 \1#p'
}
openbgpd_truth() { # VERSION FOLDER
	truth "$1" >"$2/now"
	sed 's/-.*//' "$2/now" | sort -u | awk '
		{ n[/:/]++ }
		END { print n[0] + 0, n[1] + 0 }'
	python3 "$peers/openbgpd.py" expect "$2/first" "$2/now"
}
