# GoBGP: stays connected; it knows version 0 alone. Seen in v4.8 (rpki.go): it
# asks for everything on each connection, and adds that to what it had when the
# session is the same: what was withdrawn while it was away it keeps. So it has
# to start anew after that.
gobgp_program=gobgpd
gobgp_versions=0
gobgp_start() { # VERSION FOLDER
	cat >"$2/gobgp.toml" <<-CONF
	[global.config]
	  as = 65000
	  router-id = "192.0.2.1"
	  port = -1
	[[rpki-servers]]
	  [rpki-servers.config]
	    address = "127.0.0.1"
	    port = $(port_of "$1")
	CONF
	gobgp_folder=$2
	gobgpd -f "$2/gobgp.toml" --api-hosts 127.0.0.1:50051 >"$2/log" 2>&1 &
	gobgp_pid=$!
	started $gobgp_pid
}
gobgp_was_away() {
	kill $gobgp_pid
	wait $gobgp_pid
	gobgp_start 0 "$gobgp_folder"
}
gobgp_table() { # VERSION FOLDER
	for family in ipv4 ipv6; do
		gobgp -p 50051 rpki table -a $family 2>/dev/null
	done | sed -nE 's|^([0-9a-f.:]+/[0-9]+) +([0-9]+) +([0-9]+) .*|\1-\2 \3|p'
}
