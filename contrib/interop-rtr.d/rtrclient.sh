# rtrlib's rtrclient: fetches once, each time it is asked.
rtrclient_program=rtrclient
rtrclient_versions="0 1"
rtrclient_table() { # VERSION FOLDER
	rm -f "$2/csv"
	timeout 20 rtrclient -e -t csv -o "$2/csv" tcp 127.0.0.1 \
		"$(port_of "$1")" >"$2/log" 2>&1
	# It prints AS numbers as if they had a sign.
	awk -F ', *' '$2 ~ /^[0-9]+$/ {
		printf "%s/%d-%d %.0f\n", $1, $2, $3, $4 < 0 ? $4 + 4294967296 : $4
	}' "$2/csv" 2>/dev/null
}
