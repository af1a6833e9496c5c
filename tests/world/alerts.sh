#!/bin/sh
# Each kind of alert, once: to a command, and by POST to an HTTP server. TAP.
set -u
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cairn=${top_builddir:-$src}/cairn
dir=$(mktemp -d) || exit 1
trap '[ -z "${server:-}" ] || kill "$server"; rm -rf "$dir"' EXIT
n=0
T=$(date +%s)

ok() { # what, status
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' "$dir/said" "$dir/told" 2>/dev/null | head -20
		echo "not ok $n - $1"
	fi
}

# A world of one CA, whose ROAs are $2.
make() { # time, roas
	printf 'ta alpha { host rpki.alpha.example module alpha
		resources 10.0.0.0/8 AS64496-AS64511
		ca one { resources 10.1.0.0/16 AS64496-AS64511
			%s } }\n' "$2" >"$dir/world"
	rm -rf "$dir/w/repo" "$dir/w/tals" "$dir/w/truth"
	"$cairn" demo "$dir/w" --world "$dir/world" --at "$1" --seed 7 \
		--quiet >"$dir/said" 2>&1
	cat "$dir/alerts" >>"$dir/w/cairn.yaml"
}

run() { # options...
	rm -f "$dir/told"
	: >"$dir/told"
	"$cairn" validate -c "$dir/w/cairn.yaml" --json "$@" >"$dir/json" \
		2>"$dir/said"
}

told() { # pattern: is there one such line, and no other?
	[ "$(wc -l <"$dir/told")" -eq 1 ] && grep -q "$1" "$dir/told"
}

cat >"$dir/tell" <<END
#!/bin/sh
echo >>"$dir/asked"
[ ! -e "$dir/kill" ] || { rm "$dir/kill"; kill -9 \$PPID; exit 1; }
[ ! -e "$dir/refuse" ] || exit 1
cat >>"$dir/told"
[ ! -e "$dir/taken" ] || { rm "$dir/taken"; kill -9 \$PPID; }
END
chmod 755 "$dir/tell"
cat >"$dir/alerts" <<END
alerts:
  - {prefixes: [10.0.0.0/8], command: "$dir/tell"}
END

echo 1..33
# What is taken back is revoked, or it would be held.
one='roa a { as 64496 prefix 10.1.0.0/20 }
	roa b { as 64497 prefix 10.1.16.0/20 fault file.withdrawn }'
two='roa a { as 64496 prefix 10.1.0.0/20 } roa b { as 64497 prefix 10.1.16.0/20 }'
make "$T" "$two"
run && [ ! -s "$dir/told" ]
ok "the first run is no news" $?
run && [ ! -s "$dir/told" ]
ok "nor is the same again" $?

make $((T + 1)) "$one"
run && told '"alert":"gone".*"prefix":"10.1.16.0/20"'
ok "gone" $?
grep -q '"told": 1' "$dir/json"
ok "and it is counted" $?
make $((T + 2)) "$two"
run && told '"alert":"new-origin".*"asn":64497'
ok "new origin" $?
# A manifest holds for seven days: by the second run that is soon.
sed -i 's/command:/expires-within: 604785s, command:/' "$dir/alerts"
begun=$(date +%s)
make "$begun" "$two"
run && [ ! -s "$dir/told" ]
ok "what ends later than soon" $?
while run && [ ! -s "$dir/told" ] &&
	[ "$(date +%s)" -lt $((begun + 30)) ]; do sleep 1; done
[ "$(grep -c '"alert":"expiring"' "$dir/told")" -eq 2 ]
ok "expiring" $?
sed -i 's/expires-within: 604785s, //' "$dir/alerts"
mv "$dir/w/repo" "$dir/w/away"
rm -rf "$dir/w/cache/objects" "$dir/w/tals/alpha.tal"
printf 'rsync://rpki.alpha.example/alpha/other.cer\n\nAAAA\n' >"$dir/w/tals/alpha.tal"
cp -r "$dir/w/cache/view" "$dir/view"
run || true
mv "$dir/w/away" "$dir/w/repo"
# Every source failed: there is no new view, and no alarm about payloads.
cmp -s "$dir/view/current" "$dir/w/cache/view/current"
ok "a run that finds nothing at all replaces no view" $?

# ---- who does not take it is told again, and once
rm -rf "$dir/w"
queue=$dir/w/cache/alerts/queue
is() { # "told": N, and so on: of the last run
	for pair; do
		grep -q "\"${pair%=*}\": ${pair#*=}[,}]*$" "$dir/json" || return 1
	done
}
asked() { # times since the last one asked
	[ "$(wc -l <"$dir/asked" 2>/dev/null || echo 0)" -eq "$1" ]
}
due() { # as if an hour had passed
	sed -i 's/^\(W [0-9]* [0-9]* \)[0-9]*/\100000000000/' "$queue"
}
make "$T" "$two"
run
make $((T + 1)) "$one"
rm -f "$dir/asked"; : >"$dir/refuse"
run && [ ! -s "$dir/told" ] && asked 1 && is told=0 not_taken=1 given_up=0
ok "not taken" $?
run && asked 1 && is not_taken=1
ok "not asked again at once" $?
due
run && asked 2 && is not_taken=1
ok "but when it is due" $?
make $((T + 2)) "$two"
run && asked 2 && is not_taken=2
ok "what comes later waits behind it" $?
rm "$dir/refuse"; due
run && [ "$(wc -l <"$dir/told")" -eq 2 ] && is told=2 not_taken=0 &&
	head -1 "$dir/told" | grep -q '"alert":"gone"' &&
	tail -1 "$dir/told" | grep -q '"alert":"new-origin"'
ok "both are told, in order, once it listens" $?
run && [ ! -s "$dir/told" ] && is told=0 not_taken=0
ok "and not again" $?
cp -r "$dir/w/cache/alerts" "$dir/alerts.before"
: >"$dir/kill"
make $((T + 3)) "$one"
run && false || [ ! -s "$dir/told" ]
ok "a run that dies while it tells" $?
run && told '"alert":"gone"'
ok "is no loss" $?
rm -rf "$dir/w/cache/alerts"
cp -r "$dir/alerts.before" "$dir/w/cache/alerts"
run && told '"alert":"gone"' && is told=1
ok "nor one that dies after it published" $?
: >"$dir/taken"
make $((T + 4)) "$two"
run && false || told '"alert":"new-origin"'
ok "a run that dies before it notes what was taken" $?
cp "$dir/told" "$dir/first"
run && told '"id":"[0-9a-f]\{16\}"' && cmp -s "$dir/first" "$dir/told"
ok "tells it again, as the same" $?
: >"$dir/refuse"
make $((T + 5)) "$one"
run && is not_taken=1
sed -i 's/^\(W [0-9]* \)[0-9]* [0-9]*/\100000000000 00000000000/' "$queue"
rm "$dir/refuse"
run && [ ! -s "$dir/told" ] && is told=0 not_taken=0 given_up=1
ok "after a day it is given up, and counted" $?
printf 'W junk\nT\n\n' >>"$queue"
make $((T + 6)) "$two"
run && told '"alert":"new-origin"'
ok "junk in the queue is passed over" $?

# ---- two trust anchors, one of which fails
"$cairn" demo "$dir/d" --seed 7 --at $((T - 3600)) --quiet >"$dir/said" 2>&1
sed '/^ledgers:/,/^[a-z]*:/{/^mirrors:/!d}' "$dir/d/cairn.yaml" >"$dir/conf"
cat "$dir/conf" "$dir/alerts" >"$dir/d/cairn.yaml"
go() {
	rm -f "$dir/told"
	: >"$dir/told"
	"$cairn" validate -c "$dir/d/cairn.yaml" --quiet "$@" >"$dir/said" 2>&1
}
go && [ ! -s "$dir/told" ]
ok "the demonstration world" $?
cp "$dir/d/tals/bravo.tal" "$dir/bravo.tal"
sed 's/A/B/3' "$dir/bravo.tal" >"$dir/d/tals/bravo.tal"
go
grep -q '"alert":"collapse".*"source":"bravo"' "$dir/told"
ok "collapse" $?
cp "$dir/bravo.tal" "$dir/d/tals/bravo.tal"
go

# ---- ledgers: what they contradict, and claim
go --ledger "$dir/d/ledger.yaml"
grep -q '"alert":"conflict"' "$dir/told"
ok "conflict" $?
grep -q '"alert":"claim".*"resource"' "$dir/told"
ok "claim" $?
printf 'max-age: 1m\n' >>"$dir/d/ledger.yaml"
go --ledger "$dir/d/ledger.yaml"
grep -q '"alert":"ledger".*"source":"demo"' "$dir/told"
ok "a ledger that is stale" $?

# ---- a ledger with two faces
wild=$src/tests/wild/ledger/hostile-400
cp -r "$wild" "$dir/log"
{
	printf 'name: wild\norigin: %s\n' "$(head -1 "$wild/checkpoint")"
	sed -n 's/^log /key: /p' "$wild/keys"
	printf 'max-age: 3650d\nwitnesses:\n  quorum: 2\n  keys:\n'
	sed -n 's/^witness /    - /p' "$wild/keys"
	printf 'sources: [log]\n'
} >"$dir/wild.yaml"
go --ledger "$dir/wild.yaml"
cp "$wild/checkpoint.fork" "$dir/log/checkpoint"
go --ledger "$dir/wild.yaml"
grep -q '"alert":"fork".*"source":"wild".*"evidence"' "$dir/told"
ok "fork" $?

# ---- by POST
if command -v python3 >/dev/null; then
	python3 - "$dir" <<'END' &
import http.server, os, sys
folder = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
	def do_POST(self):
		body = self.rfile.read(int(self.headers["Content-Length"]))
		open(folder + "/posted", "ab").write(body)
		good = self.path == "/good" and not os.path.exists(folder + "/refuse")
		self.send_response(204 if good else 500)
		self.end_headers()
	def log_message(self, *_):
		pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(folder + "/port", "w").write(str(server.server_port))
server.serve_forever()
END
	server=$!
	while [ ! -s "$dir/port" ]; do sleep 0.1; done
	printf 'alerts:\n  - {prefixes: [10.0.0.0/8], url: "http://127.0.0.1:%s/good"}\n' \
		"$(cat "$dir/port")" >"$dir/alerts"
	rm -rf "$dir/w"
	make "$T" "$two"
	run
	make $((T + 1)) "$one"
	run && grep -q '"alert":"gone"' "$dir/posted" &&
		grep -q '"told": 1' "$dir/json"
	ok "by POST" $?
	: >"$dir/refuse"
	make $((T + 2)) "$two"
	run && is told=0 not_taken=1
	ok "an answer that is no success" $?
	rm "$dir/refuse"; due
	run && is told=1 not_taken=0 &&
		[ "$(grep -c '"alert":"new-origin"' "$dir/posted")" -eq 2 ]
	ok "it is posted again" $?
	run && is told=0 not_taken=0 &&
		[ "$(grep -c '"alert":"new-origin"' "$dir/posted")" -eq 2 ]
	ok "and no more" $?
	make $((T + 3)) "$one"
	run
	sed -i 's/good/bad/' "$dir/alerts"
	make $((T + 4)) "$two"
	run && is not_taken=1
	ok "that is not taken" $?
else
	for name in "by POST" "an answer that is no success" \
		"it is posted again" "and no more" "that is not taken"; do
		ok "$name # SKIP no python3" 0
	done
fi
printf 'alerts:\n  - {prefixes: [10.0.0.0/8], command: /does/not/exist}\n' >"$dir/alerts"
make $((T + 5)) "$one"
run && is not_taken=1
ok "a command that is not there is a count" $?
