#!/bin/sh
# cairn ledger serve --keys: who keeps a log asks its witnesses, and shows to
# others what counts; whichever of them is dead, late, or lies.
. "${top_srcdir:?}/tests/cli/tap.sh"
command -v python3 >/dev/null || skip_all "no python3"

pids=
trap 'kill -9 $pids 2>/dev/null; rm -rf "$folder"' EXIT
port_of() { # FILE
	i=0
	while ! grep -q port "$1" && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	sed -n 's/listening on port //p' "$1"
}
serve() { # OPTION...
	"$cairn" ledger serve log --log-key key --listen 127.0.0.1:0 --rate 0 \
		"$@" >port 2>serve.err &
	server=$!
	pids="$pids $server"
	url=http://127.0.0.1:$(port_of port)
}
witness() { # NAME, PORT
	"$cairn" ledger witness log --key "$1" --keys log.keys \
		--state "state.$1" --listen "127.0.0.1:$2" >"$1.port" 2>"$1.err" &
	eval "pid_$1=\$!"
	pids="$pids $!"
}
until_is() { # what COMMAND says, VALUE
	want=$2 i=0
	while [ "$(eval "$1")" != "$want" ] && [ $i -lt 900 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	[ "$(eval "$1")" = "$want" ]
}
get() { python3 -c 'import sys, urllib.request as r
sys.stdout.buffer.write(r.urlopen(sys.argv[1] + "/checkpoint").read())' "$url"; }
# The size that counts for whoever asks; 0: none does.
counts() {
	get >got.note
	"$cairn" ledger digest "$url" --keys keys >/dev/null 2>&1 &&
		sed -n 2p got.note || echo 0
}

now=$(date +%s)
"$cairn" ledger init log --origin example.net/asked --new-key key \
	--challenge 0 --time $((now - 1000)) >log.keys
for w in w1 w2; do
	"$cairn" ledger witness-key $w --name example.org/$w >$w.line
	witness $w 0
done
at1=$(port_of w1.port) at2=$(port_of w2.port)
key_of() { sed 's/^witness //' "$1.line"; }
cat >keys <<END
$(sed -n 's/^log /log /p' log.keys)
witness w1 $(key_of w1) http://127.0.0.1:$at1
witness w2 $(key_of w2) http://127.0.0.1:$at2/
group both all w1 w2
quorum both
END
status "a policy without URLs" 2 "$cairn" ledger serve log --log-key key \
	--listen 127.0.0.1:0 --keys log.keys
status "no policy" 2 "$cairn" ledger serve log --log-key key \
	--listen 127.0.0.1:0 --keys none

# ---- as it should be
serve --keys keys
check "it counts soon" until_is counts 1
check "both are in the folder, too" \
	[ "$(grep -c example.org/w log/checkpoint)" = 2 ]
"$cairn" ledger tick log --log-key key --holder-key key.holder.pem \
	--time $((now - 900)) >/dev/null
check "what another process appended" until_is counts 2

# ---- one is dead: what counted goes on to be shown
kill -9 $pid_w2
"$cairn" ledger tick log --log-key key --holder-key key.holder.pem \
	--time $((now - 800)) >/dev/null
check "the other cosigns" until_is 'grep -c example.org/w1 log/checkpoint' 1
check "it is said" until_is "grep -c '$at2/add-checkpoint: ' serve.err" 1
check "the log has grown" [ "$(sed -n 2p log/checkpoint)" = 3 ]
check "what counts is smaller" [ "$(counts)" = 2 ]

# ---- a new start; the sizes that they have cosigned are theirs to say
kill $server
wait $server
status "it ends at once" 0 [ $? -eq 0 ]
serve --keys keys
check "still what counts" [ "$(counts)" = 2 ]
kill $server
wait $server
witness w2 "$at2"
check "the other is back" [ "$(port_of w2.port)" = "$at2" ]
serve --keys keys
check "all of it counts" until_is counts 3

# ---- whoever asks dies: both are to begin again
asker=$(ps -o pid= --ppid $server | head -1)
kill -9 $asker
wait $server
status "without it, it ends" 1 sh -c "exit $?"
check "it says why" grep -q 'witnesses has ended' serve.err

# ---- one that lies
cat >liar.py <<'END'
import http.server, sys
class Liar(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = open("lie", "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Liar)
print("listening on port", s.server_port, flush=True)
s.serve_forever()
END
grep 'example.org/w2' log/checkpoint >lie
python3 liar.py >liar.port &
pids="$pids $!"
liar=$(port_of liar.port)
sed -i "s,http://127.0.0.1:$at2/,http://127.0.0.1:$liar," keys
"$cairn" ledger tick log --log-key key --holder-key key.holder.pem \
	--time $((now - 700)) >/dev/null
serve --keys keys
check "a signature of another size" until_is "grep -c note.signature serve.err" 1
check "the honest one's is there" until_is 'grep -c example.org/w1 log/checkpoint' 1
check "the lie is not" [ "$(grep -c example.org/w2 log/checkpoint)" = 0 ]
check "and counts for nothing" [ "$(counts)" = 3 ]
kill -9 $server
for lie in '' 'rubbish' '409' "— example.org/w2 AAAA"; do
	printf '%s\n' "$lie" >lie
	serve --keys keys
	check "an answer of '$lie'" until_is \
		"grep -c 'add-checkpoint: ' serve.err" 1
	check "counts for nothing" [ "$(counts)" = 3 ]
	kill -9 $server
done
plan
