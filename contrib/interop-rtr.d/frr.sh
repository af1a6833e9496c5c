# FRR's bgpd with its RPKI module (rtrlib): stays connected, once for each
# version. Without zebra, and speaking BGP to nobody.
frr_program=/usr/lib/frr/bgpd
frr_versions="0 1"
frr_start() { # VERSION FOLDER
	cat >"$2/bgpd.conf" <<-CONF
	hostname interop
	rpki
	 rpki polling_period 5
	 rpki retry_interval 2
	 rpki cache 127.0.0.1 $(port_of "$1") preference 1
	exit
	CONF
	chown -R frr "$2"
	$frr_program -S -n -f "$2/bgpd.conf" -i "$2/bgpd.pid" \
		--vty_socket "$2" -P 0 -p 0 -z "$2/zserv.api" -M rpki \
		>"$2/log" 2>&1 &
	started $!
}
frr_table() { # VERSION FOLDER
	vtysh --vty_socket "$2" -d bgpd -c 'show rpki prefix-table' \
		2>/dev/null |
		sed -nE 's|^([0-9a-f.:]+) +([0-9]+) - +([0-9]+) +([0-9]+).*|\1/\2-\3 \4|p'
}
