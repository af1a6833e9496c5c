# stunnel: TLS for programs that have none, with a client certificate that names
# the address it comes from (8210bis-26 9.2).
stunnel_program=stunnel4
stunnel_start() { # FOLDER CERTIFICATE PORT: on PORT what the TLS listener says
	mkdir -p "$1"
	cat >"$1/stunnel.conf" <<-CONF
	foreground = yes
	pid =
	[rtr]
	client = yes
	accept = 127.0.0.1:$3
	connect = 127.0.0.1:3326
	cert = $folder/$2.pem
	key = $folder/$2.key
	CAfile = $folder/ca.pem
	verifyChain = yes
	checkIP = 127.0.0.1
	CONF
	stunnel4 "$1/stunnel.conf" >"$1/log" 2>&1 &
	started $!
}
