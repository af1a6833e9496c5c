#!/bin/sh
# cairn serve while its processes hang, which SIGSTOP makes them do: each one
# alone, and all of them, as a container that is paused.
. "${top_srcdir:?}/tests/cli/tap.sh"

port=$((20000 + $$ % 20000))
rtr=127.0.0.1:$port
http=127.0.0.1:$((port + 1))
pid= main=
trap 'kill -9 $pid $main 2>/dev/null; rm -rf "$folder"' EXIT
wait_for() { # COMMAND...: until it succeeds, or a minute and a half is over
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 360 ] || return 1
		sleep 0.25
	done
}
says() { # TEXT [TIMES]
	[ "$(grep -c "$1" serve.log)" -ge "${2:-1}" ]
}
child() { # NAME: the supervisor's
	ps -o pid=,comm= --ppid "$main" | sed -n "s/^ *\([0-9]*\) $1\$/\1/p"
}
serves() { # Both, within five seconds.
	"$cairn" rtr $rtr -q --timeout 5 &&
		curl -s -m 5 "http://$http/version" | grep -q '^cairn '
}
is_another() { # NAME PID
	now=$(child "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}
stop_engine() {
	engine=$(child cairn-engine)
	[ -n "$engine" ] && kill -STOP "$engine" &&
		[ "$(ps -o stat= -p "$engine" | cut -c1)" = T ]
}

command -v curl >/dev/null || skip_all "no curl(1)"
command -v ps >/dev/null || skip_all "no ps(1)"
status "demonstration" 0 "$cairn" demo -q world
printf 'rtr: {listen: ["%s"]}\nhttp: {listen: ["%s"]}\nlimits: {run-time: 15}\n' \
	$rtr $http >>world/cairn.yaml
printf '#!/bin/sh\nexec sleep 60\n' >slow-rsync
chmod +x slow-rsync
: >notices
python3 "$source/tests/cli/serve-systemd.py" notices -- \
	"$cairn" serve -c world/cairn.yaml --refresh 3600 2>serve.log &
pid=$!
check "it serves" wait_for serves
main=$(ps -o pid= --ppid $pid | tr -d ' ')

# The engine: for its whole time. All that follows goes on meanwhile.
cp world/cairn.yaml good.yaml
sed -i 's|"repo/rpki.charlie[^"]*"|"rsync://127.0.0.1:1/x/"|' world/cairn.yaml
echo "rsync-command: ../slow-rsync" >>world/cairn.yaml
kill -HUP "$main"
check "an engine that hangs" wait_for stop_engine
check "the others serve" wait_for serves
cp good.yaml world/cairn.yaml

# A server that hangs does not hold up a reload, nor the supervisor.
server=$(child cairn-rtr) site=$(child cairn-http)
kill -STOP "$server" "$site"
kill -HUP "$main"
check "the server for routers takes no configuration: another one" wait_for \
	is_another cairn-rtr "$server"
check "nor does the HTTP server" wait_for is_another cairn-http "$site"
check "both are told" says 'does not take the configuration: ending it' 2
check "reloaded" wait_for says 'configuration reloaded' 2
check "they serve" wait_for serves

# One that hangs by itself; the watchdog is fed, as all is being mended.
server=$(child cairn-rtr) site=$(child cairn-http)
kill -STOP "$server" "$site"
fed=$(grep -c '^WATCHDOG=1' notices)
check "no sign: another server for routers" wait_for \
	is_another cairn-rtr "$server"
check "another HTTP server" wait_for is_another cairn-http "$site"
check "both are told" says 'gives no sign: ending it' 2
check "they serve" wait_for serves
check "the watchdog was fed meanwhile" [ \
	"$(grep -c '^WATCHDOG=1' notices)" -gt $((fed + 20)) ]

# A supervisor that hangs: its signs of life end, routers go on.
server=$(child cairn-rtr) site=$(child cairn-http)
kill -STOP "$main"
sleep 1
fed=$(grep -c '^WATCHDOG=1' notices)
sleep 2
check "the servers do not wait for the supervisor" wait_for serves
check "but the watchdog does" [ "$(grep -c '^WATCHDOG=1' notices)" -eq "$fed" ]
kill -CONT "$main"

# All of them, for longer than a sign may take: nobody is to blame.
kill -STOP "$server" "$site"
sleep 2 # what they had said is heard
kill -STOP "$main"
fed=$(grep -c '^WATCHDOG=1' notices)
sleep 22
kill -CONT "$main"
sleep 1
kill -CONT "$server" "$site"
check "the watchdog is fed again" wait_for sh -c \
	"[ \$(grep -c '^WATCHDOG=1' notices) -gt $fed ]"
sleep 1
check "the servers are those of before" [ \
	"$(child cairn-rtr) $(child cairn-http)" = "$server $site" ]
check "and serve" wait_for serves

check "the engine's time is over" wait_for says 'validation takes too long'
check "another one publishes" wait_for "$cairn" rtr $rtr -q --compare world/cache

# The end does not wait for who hangs.
kill -STOP "$server" "$site"
from=$(date +%s)
kill -TERM $pid
wait $pid
check "it ends well" [ $? -eq 0 ]
check "within five seconds" [ $(($(date +%s) - from)) -le 5 ]
pid=
plan
