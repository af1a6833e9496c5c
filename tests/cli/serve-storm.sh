#!/bin/sh
# Signals by the thousand, and ends in the middle of a validation: LO6 of
# hostile.md.
. "${top_srcdir:?}/tests/cli/tap.sh"

port=$((20000 + $$ % 20000))
rtr=127.0.0.1:$port
pid= router=
trap 'kill -9 $pid $router 2>/dev/null; rm -rf "$folder"' EXIT
wait_for() { # COMMAND...: until it succeeds, or two minutes are over
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 480 ] || return 1
		sleep 0.25
	done
}
below() { # "12 cairn-rtr", of each that lives as long as serve does
	ps -o pid=,comm= --ppid "$1" | grep -v engine | LC_ALL=C sort
}
start() {
	"$cairn" serve -c world/cairn.yaml --refresh 10 --no-memo \
		2>>serve.log &
	pid=$!
	wait_for "$cairn" rtr $rtr -q
}
# A signal of each kind to it and to all below it, again and again.
cat >storm.py <<'END'
import glob, os, signal, sys, time
def below(pid):
    found = [pid]
    for task in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            found += [p for c in open(task).read().split() for p in below(int(c))]
        except OSError:
            pass
    return found
sent, end = 0, time.time() + 3
while time.time() < end or sent < 3000:
    for pid in below(int(sys.argv[1])):
        for name in ("HUP", "USR1", "PIPE", "CHLD"):
            try:
                os.kill(pid, getattr(signal, "SIG" + name))
                sent += 1
            except ProcessLookupError:
                pass
END

command -v ps >/dev/null || skip_all "no ps(1)"
command -v python3 >/dev/null || skip_all "no python3"
status "demonstration" 0 "$cairn" demo -q world
printf 'rtr: {listen: ["%s"]}\n' $rtr >>world/cairn.yaml
check "it serves" start
"$cairn" rtr $rtr --follow --json >follow.out 2>follow.err &
router=$!
check "a router has it" wait_for grep -q '"serial":' follow.out
before=$(below $pid)
status "signals by the thousand" 0 python3 storm.py $pid
check "it is there" kill -0 $pid
check "so is who serves routers" [ "$(below $pid)" = "$before" ]
status "who is reached" 0 "$cairn" rtr $rtr --compare world/cache
check "the router lost nothing" [ ! -s follow.err ]
check "nobody was ended" sh -c "! grep 'ended by signal' serve.log"
kill $router
wait $router
router=

# In the middle of a validation, which begins at once.
for after in 0 0.03 0.1 0.2 0.3; do
	kill -USR1 $pid
	sleep $after
	from=$(date +%s)
	kill -TERM $pid
	wait $pid
	status=$?
	check "after $after s: a good end" [ $status -eq 0 ]
	check "after $after s: within five seconds" \
		[ $(($(date +%s) - from)) -le 5 ]
	check "after $after s: it serves again" start
done
kill -TERM $pid
wait $pid
pid=
sed 's/,[^,]*$//' world/truth/view.csv | LC_ALL=C sort -u >truth
status "what is left" 0 "$cairn" validate -c world/cairn.yaml --offline -q \
	--output csv:left.csv
check "is whole" sh -c "sed 's/,[^,]*$//' left.csv | LC_ALL=C sort -u |
	diff - truth"
plan
