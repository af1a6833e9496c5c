#!/bin/sh
# cairn serve as its operator sees it: systemd's sockets, notices and watchdog,
# reloads under HTTP clients that wait, listeners that move, another user.
. "${top_srcdir:?}/tests/cli/tap.sh"

port=$((20000 + $$ % 20000))
rtr=127.0.0.1:$port
http=127.0.0.1:$((port + 1))
other=127.0.0.1:$((port + 2))
secure=127.0.0.1:$((port + 3))
pid= waiter= router=
trap 'kill -9 $pid $waiter $router 2>/dev/null; rm -rf "$folder"' EXIT
# Until the command succeeds, or a minute is over.
wait_for() {
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 240 ] || return 1
		sleep 0.25
	done
}
says() { # TEXT [TIMES]
	[ "$(grep -c "$1" serve.log)" -ge "${2:-1}" ]
}
notices() { # TEXT TIMES
	[ "$(grep -c "^$1" notices)" -ge "$2" ]
}
has() { # ADDRESS [CURL'S OPTION...]
	address=$1
	shift
	curl -s -m 5 "$@" "http://$address/version" | grep -q '^cairn '
}
has_tls() {
	curl -sk -m 5 "https://$1/version" | grep -q '^cairn '
}
certify() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout world/key.pem -days 2 \
		-out world/cert.pem -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 >openssl.log 2>&1
}
shows() { # ADDRESS: the certificate of world/cert.pem
	openssl s_client -connect "$1" </dev/null 2>/dev/null |
		openssl x509 >shown.pem && cmp shown.pem world/cert.pem
}
hides() {
	! shows "$1"
}
is_deaf() {
	! curl -s -m 5 -o answer "http://$1/version"
}
configure() { # YAML...
	{ cat plain.yaml; printf '%s\n' "$@"; } >world/cairn.yaml
}
reload() { # YAML...: the next time it says so
	done_before=$(grep -c "configuration reloaded" serve.log)
	configure "$@"
	kill -HUP $pid
}
is_reloaded() {
	says "configuration reloaded" $((done_before + 1))
}

command -v curl >/dev/null || skip_all "no curl(1)"
command -v ps >/dev/null || skip_all "no ps(1)"
status "demonstration" 0 "$cairn" demo -q world
sed '/^http:/d; /^rtr:/d' world/cairn.yaml >plain.yaml
certify

# What cannot be served is said at once.
configure "rtr: {tls: {listen: ['$rtr'], certificate: no.pem, key: no.pem}}"
status "no certificate" 2 "$cairn" serve -c world/cairn.yaml
check "which" grep -q 'rtr: .*certificate: .*/no.pem: No such file' err
cp world/key.pem world/broken.pem
configure "http: {tls: {listen: ['$http'], certificate: broken.pem, key: key.pem}}"
status "one that is none" 2 "$cairn" serve -c world/cairn.yaml
check "whose" grep -q 'http: .*certificate' err
configure "http: {listen: ['$rtr']}" "rtr: {listen: ['$rtr']}"
status "one address for both" 2 "$cairn" serve -c world/cairn.yaml
check "which" grep -q "$rtr" err

# As systemd starts it. Nobody listens on what no listener is for.
configure "rtr: {listen: ['$rtr']}" "http: {listen: ['$http']}"
: >notices
python3 "$source/tests/cli/serve-systemd.py" notices $other $rtr $http -- \
	"$cairn" serve -c world/cairn.yaml --refresh 3600 2>serve.log &
pid=$!
check "READY=1" wait_for notices READY=1 1
check "its sockets are used" sh -c '! grep -q "in use" serve.log'
check "for HTTP" wait_for has $http
check "for routers" wait_for "$cairn" rtr $rtr -q
check "one that is not wanted is closed" is_deaf $other
check "the watchdog is fed" wait_for notices WATCHDOG=1 3
main=$(ps -o pid= --ppid $pid | tr -d ' ')
check "processes have names" sh -c \
	"ps -o comm= --ppid $main | sort -u | tr '\n' ' ' | \
	grep -E 'cairn-http cairn-rtr'"

# A reload, and who waits over HTTP through all that follows.
check "a view" wait_for sh -c "curl -s http://$http/health | grep -q ready"
curl -sN "http://$http/api/v1/events" >events &
waiter=$!
check "an event" wait_for grep -q '^event: view' events
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$http', '$other']}"
check "a reload" wait_for is_reloaded
check "RELOADING=1" grep -q '^RELOADING=1 MONOTONIC_USEC=[0-9]' notices
check "READY=1 again" wait_for notices READY=1 2
check "another listener" wait_for has $other
check "and the one before" has $http

# TLS where there was none, on the same socket.
tls="tls: {listen: ['$other'], certificate: cert.pem, key: key.pem}"
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$http'], $tls}"
check "a reload" wait_for is_reloaded
check "TLS now" wait_for has_tls $other
check "not so elsewhere" has $http

# Another certificate: for who comes. Who is there stays, to the next view.
rtls="tls: {listen: ['$secure'], certificate: cert.pem, key: key.pem}"
reload "rtr: {listen: ['$rtr'], $rtls}" "http: {listen: ['$http'], $tls}"
check "routers by TLS" wait_for is_reloaded
"$cairn" rtr $secure --tls --ca-file world/cert.pem --follow --json \
	>router 2>router.err &
router=$!
check "one comes" wait_for grep -q '"serial":' router
check "it was shown the certificate" shows $secure
certify
check "a new one is not shown" hides $secure
reload "rtr: {listen: ['$rtr'], $rtls}" "http: {listen: ['$http'], $tls}"
check "before a reload" wait_for is_reloaded
check "then it is, to routers" wait_for shows $secure
check "and for HTTPS" wait_for shows $other

# From one address to all of them, and back.
all=0.0.0.0:$((port + 2))
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$http', '$all']}"
check "a reload" wait_for is_reloaded
check "all addresses" wait_for has 127.0.0.2:$((port + 2))
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$http', '$other']}"
check "a reload" wait_for is_reloaded
check "one address" wait_for has $other
check "no other" is_deaf 127.0.0.2:$((port + 2))

# What cannot be listened on changes nothing, also of what made way for it.
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$http', '$all', '192.0.2.1:1']}"
check "no such address: it says so" wait_for says 'cannot listen on 192.0.2.1:1: '
check "it stays" wait_for says 'stays as it was'
check "READY=1 after that, too" wait_for notices READY=1 8
check "the listeners of before" wait_for has $other
check "all of them" has $http
check "no other" is_deaf 127.0.0.2:$((port + 2))

# None at all, and one again.
cp events before
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$other']}"
check "a reload" wait_for is_reloaded
check "not there any more" wait_for is_deaf $http
check "who waited there stays" kill -0 $waiter
sed -i 's/^trust-anchors:.*/trust-anchors: [tals\/alpha.tal]/' plain.yaml
reload "rtr: {listen: ['$rtr']}" "http: {listen: ['$other']}"
check "and hears of the next view" wait_for sh -c \
	'[ "$(grep -c "^event: view" events)" -gt \
	"$(grep -c "^event: view" before)" ]'
check "so does the router that was there before the certificate" \
	wait_for grep -q '"serial":2,.*"resets":1,' router
check "without a word" [ ! -s router.err ]
kill $waiter $router

# A death is no more than that.
kill -9 "$(ps -o pid=,comm= --ppid $main | sed -n 's/ *cairn-http$//p')"
check "killed: it says so" wait_for says 'HTTP server ended by signal 9'
check "another one" wait_for has $other
check "routers noticed nothing" "$cairn" rtr $rtr --compare world/cache

kill -TERM $pid
wait $pid
check "it ends well" [ $? -eq 0 ]
check "STOPPING=1" grep -q '^STOPPING=1' notices
pid=

# The log: a line for what begins, for each change, and for the end.
check "its version" says "^cairn serve: version [0-9]" 1
check "who may come where" says "listening for routers on $rtr" 1
check "and for HTTP" says "listening for HTTP on $http" 1
check "what routers hear of is told, what did not change is not" [ \
	"$(grep -c 'serial [0-9]*: [0-9]* VRPs, .*; [1-9][0-9]* changes in' \
	serve.log)" -eq 2 ]
check "the end" says "stopping" 1

# With -q what fails alone.
configure "rtr: {listen: ['$rtr']}" "http: {listen: ['$http']}"
"$cairn" serve -q -c world/cairn.yaml --cache empty --offline 2>quiet.log &
pid=$!
check "a trust anchor that fails is told" wait_for grep -q \
	'trust anchor alpha failed: ta.fetch: ' quiet.log
kill -TERM $pid
wait $pid
pid=
check "and nothing else" sh -c "! grep -E 'version|listening|serial|stopping' \
	quiet.log"

# The view that was there is told when it is served again. Where a trust anchor
# fails the run is a whole one, whatever --strict says.
sed '1s,.*,rsync://rpki.alpha.example/alpha/none.cer,' world/tals/alpha.tal \
	>nowhere.tal
"$cairn" serve -c world/cairn.yaml --strict --cache new \
	--tal world/tals/bravo.tal nowhere.tal 2>again.log &
pid=$!
failed='trust anchor nowhere failed'
check "a trust anchor fails" wait_for grep -q "$failed" again.log
kill -USR1 $pid
check "and again" wait_for sh -c "[ \$(grep -c '$failed' again.log) -ge 2 ]"
check "no validation does" sh -c '! grep "ended with status" again.log'
kill -TERM $pid
wait $pid
"$cairn" serve -c world/cairn.yaml --offline 2>again.log &
pid=$!
check "the view of before" wait_for grep -q \
	'the view of before: serial [0-9]*: [0-9]* VRPs' again.log
kill -TERM $pid
wait $pid
pid=

# Another user than root.
configure "rtr: {listen: ['$rtr']}" "http: {listen: ['$http']}" \
	"user: no-such-user"
status "no such user" 2 "$cairn" serve -c world/cairn.yaml
provokes run.user
status "nor to validate" 2 "$cairn" validate -c world/cairn.yaml
if [ "$(id -u)" -ne 0 ]; then
	n=$((n + 1)); echo "ok $n - user # SKIP not root"; plan; exit 0
fi
sed -i 's/^cache:.*/cache: made/' plain.yaml
configure "rtr: {listen: ['$rtr']}" "http: {listen: ['$http']}" "user: nobody"
chmod 755 . && chmod -R a+rX world && chmod a+r world/*.yaml
chown nobody world
"$cairn" serve -c world/cairn.yaml 2>>serve.log &
pid=$!
check "as nobody" wait_for sh -c \
	"curl -s http://$http/health | grep -q '\"ready\"'"
check "all of it" [ "$(ps -o user= -p $pid --ppid $pid | sort -u)" = nobody ]
check "the cache is theirs" [ "$(stat -c %U world/made)" = nobody ]
check "a reload" sh -c "kill -HUP $pid"
check "which works" wait_for is_reloaded
kill -TERM $pid
wait $pid
pid=
plan
