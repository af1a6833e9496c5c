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
plan
