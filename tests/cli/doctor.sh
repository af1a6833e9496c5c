#!/bin/sh
# cairn doctor: each check with something that is wrong, and what it says.
. "${top_srcdir:?}/tests/cli/tap.sh"
doctor() {
	"$cairn" doctor -c world/cairn.yaml "$@"
}
# says CHECK...: a line of the last output begins so.
says() {
	check "says: $1" grep -qE "^$1" out
}

status "demonstration" 0 "$cairn" demo world
status "before any run" 0 doctor --offline
says 'ok    configuration world/cairn.yaml: '
says '(ok|warn)  +clock: 20'
says 'ok    cache .*: the first run will make it'
says '(ok|warn)  +disk .*MiB'
says 'ok    trust-anchor alpha: .*alpha.tal: 1 URI'
says 'ok    mirror .*repo/rpki.alpha.example/alpha: the folder is there'
check "nothing fails" [ "$(grep -c ^fail out)" -eq 0 ]
check "one line each" [ "$(grep -cvE '^(ok|warn|fail) ' out)" -eq 0 ]
check "offline: no host is asked for" [ "$(grep -c ' host ' out)" -eq 0 ]
check "no folder is made" [ ! -e world/cache ]
status "a run" 0 "$cairn" validate -q -c world/cairn.yaml
status "after it" 0 doctor --offline
says 'ok    cache .*: the store opens'

cp out text
status "JSON" 0 doctor --offline --json
if command -v jq >/dev/null; then
	check "the same checks" [ "$(jq '.checks | length' out)" -eq \
		"$(wc -l <text)" ]
	check "counted" jq -e '.ok + .warn + .fail == (.checks | length)' out
	check "each with its health" jq -e 'all(.checks[];
		(.health == "ok") == (has("advice") | not))' out
fi
status "quiet" 0 doctor --offline -q
check "only what is not well" [ "$(grep -c '^ok' out)" -eq 0 ]

# ---- rsync
rsync_says() { # version line
	printf '#!/bin/sh\necho "%s"\n' "$1" >rsync.sh
	chmod +x rsync.sh
}
old='rsync  version 3.4.9  protocol version 32'
while IFS='|' read -r line want health; do
	rsync_says "$line"
	status "rsync: $line" "$want" doctor --offline --rsync-command \
		"$PWD/rsync.sh"
	says "$health  *rsync "
done <<'END'
rsync  version 3.5.0  protocol version 32|0|ok
rsync  version 3.10.1  protocol version 32|0|ok
rsync  version v4.0  protocol version 33|0|ok
rsync  version 3.4.9  protocol version 32|0|warn
rsync  version 2.6.9  protocol version 29|0|warn
openrsync: protocol version 29|1|fail
rsync  version x|1|fail
|1|fail
END
rsync_says "$old"
status "an old rsync" 0 doctor --offline --rsync-command "$PWD/rsync.sh"
says 'warn  rsync .*: version 3\.4.*; install 3\.5\.0 or later'
status "no rsync" 1 doctor --offline --rsync-command no-such-rsync
says 'fail  rsync no-such-rsync: there is no such program; install rsync'
printf '#!/bin/sh\nexec sleep 60\n' >rsync.sh
status "an rsync that says nothing" 1 timeout 20 "$cairn" doctor --offline \
	-c world/cairn.yaml --rsync-command "$PWD/rsync.sh"
says 'fail  rsync .*: it does not say its version'

# ---- trust anchors
mkdir tals
echo junk >tals/junk.tal
cp world/tals/alpha.tal tals/
status "a TAL that is none" 1 "$cairn" doctor --offline --tal tals \
	--cache world/cache
says 'fail  trust-anchor junk: tals/junk.tal: uri.scheme'
says 'ok    trust-anchor alpha'
rm tals/junk.tal
echo 'allow everything' >tals/alpha.constraints
status "constraints that are none" 1 "$cairn" doctor --offline --tal tals \
	--cache world/cache
says 'fail  trust-anchor alpha: tals/alpha.constraints: '
rm tals/alpha.constraints

# ---- the cache, the disk, the clock
status "a cache below nothing" 1 doctor --offline --cache no/such/cache
says 'fail  cache no/such/cache: it is not there, and no/such: No such file'
chmod o+w world/cache
status "a cache that anyone may write" 1 doctor --offline
says 'fail  cache .*: store.owner: .*; run as the folder.s owner'
chmod 700 world/cache
echo data >file
status "a cache that is a file" 1 doctor --offline --cache file
says 'fail  cache file: '
status "no space" 1 doctor --offline --cache /proc/cairn
says 'fail  disk /proc/cairn: 0 MiB .*; free space'
if command -v flock >/dev/null; then
	status "a cache in use" 0 flock world/cache/lock \
		"$cairn" doctor --offline -c world/cairn.yaml
	says 'ok    cache .*: not looked into: in use'
fi
cp -p world/cache/store/data.mdb before
touch -d '+2 days' world/cache/store/data.mdb
status "a clock behind the cache" 1 doctor --offline
says 'fail  clock: .*, but the cache was written at .*; set the clock'
touch -r before world/cache/store/data.mdb

# ---- outputs, mirrors, roots
status "an output without its folder" 1 doctor --offline --output \
	csv:none/vrps.csv json
says 'fail  output none/vrps.csv: none: No such file'
status "findings without their folder" 1 doctor --offline --findings none/f
says 'fail  output none/f: '
status "outputs" 0 doctor --offline --output csv:vrps.csv --findings f
says 'ok    output vrps.csv: its folder may be written'
mv world/repo/rpki.bravo.example/bravo moved
status "a mirror that is gone" 1 doctor --offline
says 'fail  mirror .*rpki.bravo.example/bravo: No such file.*; make the folder'
echo x >world/repo/rpki.bravo.example/bravo
status "a mirror that is a file" 1 doctor --offline
says 'fail  mirror .*rpki.bravo.example/bravo: it is no folder'
rm world/repo/rpki.bravo.example/bravo
mv moved world/repo/rpki.bravo.example/bravo
status "roots that are none" 1 doctor --offline --ca-file file
says 'fail  ca-file file: no certificate'
printf -- '-----BEGIN CERTIFICATE-----\n' >roots
status "roots" 0 doctor --offline --ca-file roots
says 'ok    ca-file roots: '

# ---- hosts: one that answers on loopback, one that does not
port=$((20000 + $$ % 20000))
printf 'use chroot = no\n[m]\npath = %s\n' "$PWD" >rsyncd.conf
rsync --daemon --no-detach --address 127.0.0.1 --port $port \
	--config rsyncd.conf >rsyncd.out 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$folder"' EXIT
key=$(sed '1,/^$/d' world/tals/alpha.tal)
at() { # URIs...: a TAL of them
	printf '%s\n' "$@" '' "$key" >tals/alpha.tal
}
net() {
	"$cairn" doctor --tal tals/alpha.tal --cache world/cache "$@"
}
there=rsync://127.0.0.1:$port/m/alpha.cer
gone=rsync://127.0.0.1:1/m/alpha.cer
at "$there"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	net >out 2>/dev/null && break
	sleep 0.1
done
status "a host that answers" 0 net
says "ok    host $there: port $port: answers"
at "$gone"
status "one that does not" 1 net
says "fail  host $gone: port 1: Connection refused; look at DNS and firewall"
at "$gone" "$there"
status "one of two" 0 net
says "warn  host $gone: "
says "ok    host $there: "
at "$gone"
status "a mirror for it" 0 net --mirror rsync://127.0.0.1:1/m/="$PWD/world"
says "warn  host $gone: .*; only its mirror serves"
says "ok    mirror .*/world: the folder is there"
status "a mirror that answers" 0 net \
	--mirror rsync://127.0.0.1:1/m/=rsync://127.0.0.1:$port/n/
says "warn  host $gone: "
says "ok    mirror rsync://127.0.0.1:$port/n/: port $port: answers"
status "a mirror that does not" 1 net \
	--mirror rsync://127.0.0.1:1/m/=rsync://127.0.0.1:1/n/
says "fail  host $gone: "
says "warn  mirror rsync://127.0.0.1:1/n/: port 1: Connection refused"
status "neither, offline" 0 net --offline
kill "$server"
wait "$server" 2>/dev/null

# ---- listeners: a port that is free, one that another program has, cairn's
port=$((port + 1))
listeners() { # rtr, http
	cp world/cairn.yaml world/listen.yaml
	printf 'rtr: {listen: ["%s"]}\nhttp: {listen: ["%s"]}\n' "$1" "$2" \
		>>world/listen.yaml
	"$cairn" doctor -c world/listen.yaml --offline
}
status "ports that are free" 0 listeners 127.0.0.1:$port \
	127.0.0.1:$((port + 1))
says "ok    rtr 127.0.0.1:$port: free to listen on"
says "ok    http 127.0.0.1:$((port + 1)): free"
status "an address of another machine" 1 listeners 192.0.2.1:$port \
	127.0.0.1:$((port + 1))
says "fail  rtr 192.0.2.1:$port: Cannot assign.*; listen on an address"
rsync --daemon --no-detach --address 127.0.0.1 --port $port \
	--config rsyncd.conf >rsyncd.out 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	listeners 127.0.0.1:$port 127.0.0.1:$((port + 1)) >out
	grep -q '^warn  rtr' out && break
	sleep 0.1
done
status "a port that another program has" 0 listeners 127.0.0.1:$port \
	127.0.0.1:$((port + 1))
says "warn  rtr 127.0.0.1:$port: in use, and .*; unless it is cairn serve"
status "for HTTP" 0 listeners 127.0.0.1:$((port + 1)) 127.0.0.1:$port
says "warn  http 127.0.0.1:$port: in use, and "
status "one address for both" 2 listeners 127.0.0.1:$port 127.0.0.1:$port
kill "$server"
wait "$server" 2>/dev/null
"$cairn" serve -c world/cairn.yaml --rtr 127.0.0.1:$port \
	--http 127.0.0.1:$((port + 1)) --refresh 3600 >serve.out 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 \
	1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	listeners 127.0.0.1:$port 127.0.0.1:$((port + 1)) >out
	grep -q '^ok    http .* serves' out && grep -q '^ok    rtr .* serves' out &&
		break
	sleep 0.25
done
status "cairn serve itself" 0 listeners 127.0.0.1:$port \
	127.0.0.1:$((port + 1))
says "ok    rtr 127.0.0.1:$port: somebody serves routers there"
says "ok    http 127.0.0.1:$((port + 1)): a cairn serves there"
kill "$server"
wait "$server" 2>/dev/null

# ---- certificates: sound, about to end, ended, another's key, open to all
pem() { # name, seconds from now until its end
	openssl genpkey -algorithm ed25519 -out "$1.key" 2>/dev/null
	openssl req -new -key "$1.key" -subj /CN=x -out csr 2>/dev/null
	openssl x509 -req -in csr -signkey "$1.key" -days "$2" \
		-out "$1.pem" 2>/dev/null
	chmod 600 "$1.key"
}
tls() { # certificate, key
	cp world/cairn.yaml world/tls.yaml
	printf 'http: {listen: [], tls: {listen: ["127.0.0.1:%s"], certificate: %s, key: %s}}\n' \
		$port "$PWD/$1" "$PWD/$2" >>world/tls.yaml
	"$cairn" doctor -c world/tls.yaml --offline
}
if command -v openssl >/dev/null; then
	pem good 60
	pem soon 3
	pem ended -1
	status "a certificate" 0 tls good.pem good.key
	says 'ok    http-tls .*good.pem: with its key, until 20'
	says "ok    http 127.0.0.1:$port: free to listen on, TLS"
	status "one that ends soon" 0 tls soon.pem soon.key
	says 'warn  http-tls .*soon.pem: .*; renew it'
	# openssl of Debian 12 makes none that has ended already.
	if openssl x509 -in ended.pem -noout -checkend 0 >/dev/null 2>&1 ||
		[ ! -s ended.pem ]; then
		n=$((n + 1)); echo "ok $n - one that has ended # SKIP openssl makes none"
	else
		status "one that has ended" 1 tls ended.pem ended.key
		says 'fail  http-tls .*ended.pem: it ended at 20.*; renew it'
	fi
	status "another's key" 1 tls good.pem soon.key
	says 'fail  http-tls .*good.pem: serve.tls: .*key'
	status "no key there" 1 tls good.pem none.key
	says 'fail  http-tls .*none.key: No such file'
	chmod 644 good.key
	status "a key that all may read" 0 tls good.pem good.key
	says 'warn  http-tls .*good.key: every user .* may read it; chmod'
else
	n=$((n + 1)); echo "ok $n - certificates # SKIP no openssl"
fi

# ---- who is told, who watches
alert() { # an entry's receiver
	cp world/cairn.yaml world/alert.yaml
	printf 'alerts:\n  - {prefixes: [10.0.0.0/8], %s}\n' "$1" \
		>>world/alert.yaml
	shift
	"$cairn" doctor -c world/alert.yaml "$@"
}
printf '#!/bin/sh\n' >tell
chmod 755 tell
status "a command" 0 alert "command: $PWD/tell" --offline
says 'ok    alert .*/tell: it may be executed'
chmod 757 tell
status "that all may write" 0 alert "command: $PWD/tell" --offline
says 'warn  alert .*/tell: every user .*; chmod o-w'
status "that is not there" 1 alert "command: $PWD/none" --offline
says 'fail  alert .*/none: No such file.*; name a program'
status "that is a folder" 1 alert "command: $PWD/world" --offline
says 'fail  alert .*/world: it is no file'
mkdir -p world/cache/alerts
printf 'W 0001 00001234567 00000000000 c %s %s {}\n' 0011223344556677 \
	8899aabbccddeeff >world/cache/alerts/queue
chmod 755 tell
status "what waits" 0 alert "command: $PWD/tell" --offline
says 'warn  alerts .*: 1 wait to be told, since 1970-01-15T06:56:07Z; a rec'
says 'ok    witness witness.north.example of demo: it cosigned at 20'
says 'ok    witness witness.south.example of demo: it cosigned at 20'
plan
