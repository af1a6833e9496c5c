#!/bin/sh
# cairn ledger submit and resolve.
. "${top_srcdir:?}/tests/cli/tap.sh"
wild=$source/tests/wild/ledger

# entry BUNDLE I: the I-th entry of a bundle, from 0.
entry() {
	at=0 i=$2
	while :; do
		size=$(od -An -tu1 -j $at -N 2 "$1" | awk '{ print $1 * 256 + $2 }')
		[ "$i" -eq 0 ] && break
		at=$((at + 2 + size)) i=$((i - 1))
	done
	tail -c +$((at + 3)) "$1" | head -c "$size"
}

# ---- submit to a folder is append
"$cairn" ledger init log --origin example.net/submit --new-key key \
	--challenge 0 --time 1000 >keys
cp -r log ahead
"$cairn" ledger tick ahead --log-key key --holder-key key.holder.pem \
	--time 1100 >/dev/null
entry ahead/tile/entries/000.p/2 1 >tick
echo rubbish >rubbish
status "to a folder" 0 "$cairn" ledger submit log --log-key key tick
check "appended" cmp log/checkpoint ahead/checkpoint
status "without its key" 2 "$cairn" ledger submit log tick
status "what is rejected" 1 "$cairn" ledger submit log --log-key key rubbish
provokes statement.malformed

# ---- by HTTP, as Tessera's servers take entries
if command -v python3 >/dev/null; then
	cat >server.py <<'END'
import http.server
seen = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, text = 200, b"%d" % len(seen)
        if self.path == "/full/add":
            status, text = 503, b"pushed back\x1b[2J\n"
        elif self.path == "/odd/add":
            text = b"<html>"
        elif self.path == "/line/add":
            text = b"7\n"
        elif self.path != "/log/add":
            status, text = 404, b""
        if status == 200:
            seen.append(body)
            open("seen%d" % (len(seen) - 1), "wb").write(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *args):
        pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port.new", "w").write(str(s.server_port))
import os
os.rename("port.new", "port")
s.serve_forever()
END
	python3 server.py &
	server=$!
	i=0
	while [ ! -s port ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
	url=http://127.0.0.1:$(cat port)
	status "two by HTTP" 0 "$cairn" ledger submit "$url/log" tick tick
	check "where they are" [ "$(cat out)" = "0	tick
1	tick" ]
	check "as they were" cmp tick seen0
	status "a slash, a line end" 0 "$cairn" ledger submit "$url/line/" tick
	check "where it is" [ "$(cut -f 1 out)" = 7 ]
	status "no statement" 1 "$cairn" ledger submit "$url/log" tick rubbish tick
	provokes statement.malformed
	check "the first has gone" [ "$(cut -f 1 out)" = 3 ]
	status "anyway" 0 "$cairn" ledger submit "$url/log" --anyway rubbish
	check "as it was" cmp rubbish seen4
	head -c 65536 /dev/zero >long
	status "what no log can have" 1 "$cairn" ledger submit "$url/log" --anyway long
	status "refused" 1 "$cairn" ledger submit "$url/full" tick
	check "it says why" grep -q '503 pushed back.x1b' err
	status "an odd answer" 1 "$cairn" ledger submit "$url/odd" tick
	status "not there" 1 "$cairn" ledger submit "$url/none" tick
	kill $server && wait $server 2>/dev/null
	status "nobody there" 1 "$cairn" ledger submit "$url/log" tick
	status "nothing" 2 "$cairn" ledger submit "$url/log"
	status "no file" 2 "$cairn" ledger submit "$url/log" none
fi

# ---- resolve
log=$wild/mixed-120
resolve() {
	"$cairn" ledger resolve "$log" "$@" --keys "$log/keys" --now "$(cat "$log/now")"
}
grep '^name ' "$log/expected-state.txt" >names
check "there are names" [ "$(wc -l <names)" -ge 3 ]
head -4 names >some
while read -r _ label holder _; do
	status "$label" 0 resolve "$label"
	check "$label: its holder" grep -qx "holder: $holder" out
	check "$label: its name" grep -q -- "- $label\$" out
	mv out by-name
	status "$label by id" 0 resolve "$holder"
	check "$label: the same" cmp out by-name
done <some
for kind in service rdns hold; do
	grep "^$kind " "$log/expected-state.txt" | head -1 >line
	[ -s line ] || continue
	case $kind in
	service) holder=$(cut -d' ' -f 2 line) what=$(cut -d' ' -f 5 line) ;;
	rdns) holder=$(cut -d' ' -f 4 line) what=$(cut -d' ' -f 3 line) ;;
	*) holder=$(cut -d' ' -f 4 line) what=holds ;;
	esac
	status "$kind" 0 resolve "$holder" --json
	check "$kind: it is told" grep -qF "$what" out
	check "$kind: JSON" python3 -c 'import json; json.load(open("out"))'
done
status "nobody" 1 resolve no-such-name
status "no name" 2 resolve
plan
