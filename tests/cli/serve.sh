#!/bin/sh
# cairn serve and cairn rtr: the demonstration served, through updates,
# reloads and deaths of every process.
. "${top_srcdir:?}/tests/cli/tap.sh"

port=$((20000 + $$ % 20000))
server=127.0.0.1:$port
pid= router=
trap 'kill -9 $pid $router 2>/dev/null; rm -rf "$folder"' EXIT
start() { # OPTION...
	"$cairn" serve -c world/cairn.yaml --rtr $server --refresh 10 "$@" \
		2>>serve.log &
	pid=$!
}
rtr() {
	"$cairn" rtr $server --timeout 20 "$@"
}
# Until the command succeeds, or a minute is over.
wait_for() {
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 240 ] || return 1
		sleep 0.25
	done
}
serial() {
	rtr --json | sed -n 's/.*"serial": \([0-9]*\).*/\1/p'
}
session() {
	rtr --json | sed -n 's/.*"session": \([0-9]*\).*/\1/p'
}
children() { # those of the supervisor, by what they do
	ps -o pid= --ppid $pid
}
# The child that stays: the only one, between validations.
server_pid() {
	i=0
	while [ "$(children | wc -l)" -ne 1 ] && [ $i -lt 600 ]; do
		i=$((i + 1))
		sleep 0.1
	done
	children | tr -d ' '
}
has_serial() {
	[ "$(serial)" = "$1" ]
}
says() {
	grep -q "$1" serve.log
}

command -v ps >/dev/null || skip_all "no ps(1)"
status "demonstration" 0 "$cairn" demo -q world
printf 'http: {listen: []}\n' >>world/cairn.yaml
status "nobody is there" 1 rtr
status "no server named" 2 "$cairn" rtr
status "no such version" 2 rtr --version 3

start
check "it serves" wait_for rtr -q || { plan; exit 0; }
kill -0 $pid || { plan; exit 0; }
for version in 0 1 2; do
	check "version $version is the view" rtr --version $version \
		--compare world/cache
done
check "against itself" rtr --compare $server
status "payloads" 0 rtr --output csv
sed 's/,[^,]*$//' out | LC_ALL=C sort -u >served
sed 's/,[^,]*$//' world/truth/view.csv | LC_ALL=C sort -u >truth
check "they are the truth" diff served truth
first=$(session)

# A second one is refused.
status "twice on one cache" 1 "$cairn" serve -c world/cairn.yaml \
	--rtr 127.0.0.1:$((port + 1))
check "it says why" grep -q "another cairn serve" err

# A router that stays, through all that follows.
"$cairn" rtr $server --timeout 20 --follow --json >follow.out 2>follow.err &
router=$!
check "the router has it" wait_for grep -q '"serial":' follow.out

# Reload: another trust anchor less. The connection stays.
before=$(serial)
sed -i 's/^trust-anchors:.*/trust-anchors: [tals\/alpha.tal, tals\/bravo.tal]/' \
	world/cairn.yaml
kill -HUP $pid
check "reloaded: the next serial" wait_for has_serial $((before + 1))
check "which is the view" rtr --compare world/cache
check "it says so" wait_for says "configuration reloaded"
check "the router was told" wait_for grep -q "\"serial\":$((before + 1))" \
	follow.out

# A broken configuration changes nothing.
cp world/cairn.yaml good.yaml
echo "no-such-key: 1" >>world/cairn.yaml
kill -HUP $pid
check "broken: it says so" wait_for says "stays as it was"
check "and serves on" rtr --compare world/cache
cp good.yaml world/cairn.yaml
printf 'rtr: {tls: {listen: ["127.0.0.1:%s"], certificate: no.pem, key: no.pem}}\n' \
	$((port + 2)) >>world/cairn.yaml
kill -HUP $pid
check "no certificate: it says so" wait_for says "certificate"
check "and serves on" rtr --compare world/cache
cp good.yaml world/cairn.yaml

# SLURM files that are edited: the last good ones stay, while all else goes on.
exceptions() { # FILE AS: adds a VRP of that AS
	printf '{"slurmVersion": 1, "validationOutputFilters":
		{"prefixFilters": [], "bgpsecFilters": []},
		"locallyAddedAssertions": {"bgpsecAssertions": [],
		"prefixAssertions": [{"asn": %s, "prefix": "240.0.0.0/8"}]}}' \
		"$2" >"$1.new"
	mv "$1.new" "$1"
}
hears() { # AS
	rtr --output csv | grep -q "^AS$1,240.0.0.0/8,"
}
broken() { # how often it was said
	[ "$(grep -c 'stay as they last were' serve.log)" -ge "$1" ]
}
exceptions world/mine.json 64501
echo 'slurm: [mine.json]' >>world/cairn.yaml
cp world/cairn.yaml good.yaml
kill -HUP $pid
check "exceptions" wait_for hears 64501
exceptions world/mine.json 64502
kill -USR1 $pid
check "edited" wait_for hears 64502
echo '{"slurmVersion": 1,' >world/mine.json
kill -USR1 $pid
check "half an edit is told" wait_for broken 1
check "with file and line" says 'slurm.json: .*mine.json:2: '
kill -USR1 $pid
check "in each run" wait_for broken 2
check "the last good ones are in force" hears 64502
check "which is the view" rtr --compare world/cache
refused() { # how often a reload was
	[ "$(grep -c 'stays as it was' serve.log)" -ge "$1" ]
}
times=$(grep -c 'stays as it was' serve.log)
kill -HUP $pid
check "a reload refuses them" wait_for refused $((times + 1))
check "and all goes on" hears 64502
exceptions world/mine.json 64503
kill -USR1 $pid
check "once they are right they are in force" wait_for hears 64503
echo '{' >world/mine.json
status "it does not start with wrong ones" 2 "$cairn" serve \
	-c world/cairn.yaml --rtr 127.0.0.1:$((port + 3)) --cache other
exceptions world/mine.json 64503

# Now: a validation by signal.
kill -USR1 $pid
sleep 1

# kill -9 of engines and what they started, again and again (the long form,
# all of them every 5 s for a minute: contrib/soak-serve).
stays=$(server_pid)
for i in 1 2 3 4; do
	kill -USR1 $pid
	sleep 0.3
	for child in $(children); do
		[ "$child" = "$stays" ] || kill -9 $child
	done
	sleep 1
done
check "it serves on" rtr --compare world/cache
check "the session is the same" [ "$(session)" = "$first" ]
check "no reset for the router" [ "$(grep -c '"resets":1' follow.out)" -eq \
	"$(wc -l <follow.out)" ]
check "it lost no connection" [ ! -s follow.err ]

# kill -9 of the server: another one goes on where it was.
kill -9 $stays
check "another server" wait_for rtr --compare world/cache
check "with the same session" [ "$(session)" = "$first" ]
sed -i 's/^trust-anchors:.*/trust-anchors: [tals\/alpha.tal]/' world/cairn.yaml
now=$(serial)
kill -HUP $pid
check "and the next serial" wait_for has_serial $((now + 1))
check "the router goes on, without a reset" wait_for grep -q \
	"\"serial\":$((now + 1)).*\"resets\":1," follow.out

# SIGTERM: within five seconds.
from=$(date +%s)
kill -TERM $pid
wait $pid
check "it ends well" [ $? -eq 0 ]
check "within five seconds" [ $(($(date +%s) - from)) -le 5 ]
pid=

# A restart serves the last view at once, with the same session.
start --offline --tal world/tals/alpha.tal --cache world/cache
check "served again" wait_for rtr -q
check "with the same session" [ "$(session)" = "$first" ]
check "the router goes on, without a reset" sh -c \
	'sleep 3; ! grep -q "\"resets\":2" follow.out'
kill $router
kill -TERM $pid
wait $pid
pid=
plan
