# StayRTR's rtrdump: fetches once, each time it is asked, over TLS too. Its
# version 2 is of draft -10, which had another ASPA.
rtrdump_program=rtrdump
rtrdump_versions="0 1"
rtrdump_fetch() { # VERSION FOLDER TYPE HOST:PORT
	rm -f "$2/json"
	SSL_CERT_FILE=$folder/ca.pem timeout 20 rtrdump -rtr.version "$1" \
		-type "$3" -connect "$4" -file "$2/json" >"$2/log" 2>&1
	tr '{' '\n' <"$2/json" 2>/dev/null |
		sed -nE 's|.*"prefix":"([^"]*)","maxLength":([0-9]+),"asn":([0-9]+).*|\1-\2 \3|p'
}
rtrdump_table() { # VERSION FOLDER
	rtrdump_fetch "$1" "$2" plain "127.0.0.1:$(port_of "$1")"
}
