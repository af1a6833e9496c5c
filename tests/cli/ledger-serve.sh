#!/bin/sh
# cairn ledger serve: what comes by HTTP is in the log before it is answered,
# whoever sends it, however, and whatever ends the server meanwhile.
. "${top_srcdir:?}/tests/cli/tap.sh"
command -v python3 >/dev/null || skip_all "no python3"

server=
trap '[ -z "$server" ] || kill -9 $server 2>/dev/null; rm -rf "$folder"' EXIT
serve() { # option...
	: >port
	"$cairn" ledger serve log --log-key key "$@" >port 2>serve.err &
	server=$!
	i=0
	while ! grep -q port port && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	at=$(sed -n 's/listening on port //p' port)
	url=http://127.0.0.1:$at
	# Ports are those that are free; holders know the last one.
	for profile in *.holder; do
		[ -f "$profile" ] && sed -i "s,http://[0-9.:]*,$url," "$profile"
	done
}
finish() { # SIGNAL
	kill -"$1" $server
	wait $server
	ended=$?
	server=
}
size() { sed -n 2p log/checkpoint; }
holder() { "$cairn" holder "$@"; }
now=$(date +%s)

status "which log?" 2 "$cairn" ledger serve --listen 127.0.0.1:0
"$cairn" ledger init log --origin example.net/served --new-key key \
	--challenge 0 --time $((now - 1000)) >keys
status "without its key" 2 "$cairn" ledger serve log --listen 127.0.0.1:0
status "nowhere" 2 "$cairn" ledger serve log --log-key key --listen here
provokes listen.address
status "a rate that is none" 2 "$cairn" ledger serve log --log-key key \
	--listen 127.0.0.1:0 --rate -1
status "ticks without a key" 2 "$cairn" ledger serve log --log-key key \
	--listen 127.0.0.1:0 --tick 10m
status "ticks too rare" 2 "$cairn" ledger serve log --log-key key \
	--listen 127.0.0.1:0 --tick 25h --holder-key key.holder.pem

# ---- a holder, a server, a validator
serve --listen 127.0.0.1:0 --rate 0
holder new alice --ledger "$url" --keys keys --no-passphrase >/dev/null
status "enrol" 0 holder enroll --submit
check "it is in the log" [ "$(size)" = 2 ]
for what in "claim 192.0.2.0/24 AS64500" "authorize roa AS64500 192.0.2.0/24"; do
	status "$what" 0 holder $what
done
ls alice-*.stmt >files
check "with that, three statements" [ "$(wc -l <files)" = 3 ]
status "sent" 0 "$cairn" ledger submit "$url" $(cat files)
check "their numbers" [ "$(cut -f 1 out | tr '\n' ' ')" = "1 2 3 " ]
status "sent once more" 0 "$cairn" ledger submit "$url" $(cat files)
check "the same numbers" [ "$(cut -f 1 out | tr '\n' ' ')" = "1 2 3 " ]
check "and no more entries" [ "$(size)" = 4 ]
cat >one.yaml <<END
name: one
origin: example.net/served
key: $(sed -n 's/^log //p' keys)
witnesses: {quorum: 0}
sources: [$url]
END
cat >policy.yaml <<END
mode: union
ledger: {minimum-level: self-asserted}
END
# Past the challenge of none: the state's time, which a tick moves on.
status "a tick by another process" 0 "$cairn" ledger tick log --log-key key \
	--holder-key key.holder.pem --time $((now - 900))
validate() {
	"$cairn" validate --cache cache --ledger one.yaml \
		--policy policy.yaml --output csv "$@"
}
status "a validator that follows" 0 validate
check "has the VRP" grep -qx 'AS64500,192.0.2.0/24,24,one' out

# ---- strangers
cat >send.py <<'END'
import socket, sys
port = int(sys.argv[1])
def ask(data, wait=20):
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(wait)
    s.sendall(data)
    got = b""
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
    except socket.timeout:
        got = b"timeout"
    s.close()
    return got
def post(body, path="/add", more=""):
    return ask(b"POST %s HTTP/1.1\r\nHost: x\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n" % (path.encode(), more.encode(), len(body)) + body)
def get(path):
    return ask(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
def says(what, got, *want):
    good = all(w in got for w in want)
    print("good" if good else "bad", what, "" if good else got[:200])
def code(got):
    return got.split(b" ", 2)[1] if got.startswith(b"HTTP/1.1 ") else got
if sys.argv[2] == "strangers":
    says("empty", post(b""), b" 400 ", b"statement.malformed")
    says("junk", post(b"\x30\x03\x02\x01\x00"), b" 400 ", b"statement.malformed")
    says("the largest junk", post(b"\xff" * 65535), b" 400 ")
    says("larger", post(b"\xff" * 65536), b" 413 ")
    says("no length", ask(b"POST /add HTTP/1.1\r\nHost: x\r\n\r\n"), b" 411 ")
    says("read it", get("/add"), b" 405 ")
    says("post elsewhere", post(b"x", "/tile/0/000"), b" 404 ")
    says("delete", ask(b"DELETE /checkpoint HTTP/1.0\r\n\r\n"), b" 405 ")
    says("checkpoint", get("/checkpoint"), b" 200 ", b"example.net/served\n", b"no-cache")
    says("bundle", get("/tile/entries/000.p/5"), b" 200 ", b"immutable")
    says("tile", get("/tile/0/000.p/5"), b" 200 ", b"Content-Length: 160\r\n")
    for path in ["/", "/key", "/.state/treeState", "/.state/cairn", "/tile",
            "/tile/", "/tile/0", "/tile/0/", "/tile/0/000.p", "/tile/0/000.p/",
            "/tile/0/000.p/../../../../.state/treeState", "/tile/../.state/treeState",
            "/tile/0/000.p/5/", "/tile/9/000", "/tile/0/00", "/tile/0/x000",
            "/tile/entries/000.p/5?x", "//checkpoint", "/checkpoint/", "/tile/0/000.p/1234",
            "/" + "x" * 300, "/tile/0/" + "x000/" * 60 + "000"]:
        says(path[:60], get(path), b" 404 ")
    with open(sys.argv[3], "rb") as f:
        bent = bytearray(f.read())
    bent[-1] ^= 1
    says("a signature that is none", post(bytes(bent)), b" 422 ", b"statement.bad-signature")
    # Eighty that say little and keep their connections; one that has a request.
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for i, s in enumerate(idle):
        if i % 2:
            s.sendall(b"POST /add HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1")
    says("others wait for nobody", get("/checkpoint"), b" 200 ")
    for s in idle:
        s.close()
elif sys.argv[2] == "flood":
    codes = [code(post(b"junk")) for _ in range(3)]
    says("no more than one a minute", b" ".join(codes), b"400 429 429")
    says("when to come again", post(b"junk"), b"Retry-After: 61\r\n")
    says("who reads is not counted", get("/checkpoint"), b" 200 ")
END
holder authorize roa AS64501 192.0.2.0/24 >/dev/null
python3 send.py "$at" strangers "$(ls -t alice-*.stmt | head -1)" >said 2>&1
while read -r how what; do
	check "stranger: $what" [ "$how" = good ]
done <said
check "all of them" [ "$(wc -l <said)" -ge 35 ]
check "nothing of it is in the log" [ "$(size)" = 5 ]
finish TERM
check "it ends when it is told to" [ $ended -eq 0 ]
check "and was quiet" [ ! -s serve.err ]
status "the log is whole" 0 "$cairn" ledger audit log --keys keys

# ---- no more than so many
serve --listen 127.0.0.1:0 --rate 1
python3 send.py "$at" flood >said 2>&1
while read -r how what; do
	check "flood: $what" [ "$how" = good ]
done <said
finish TERM

# ---- a time that validators would not take; its own ticks
serve --listen 127.0.0.1:0 --rate 0
cp -r log ahead
"$cairn" ledger tick ahead --log-key key --holder-key key.holder.pem \
	--time $((now + 3600)) --anyway >/dev/null
python3 - <<'END' >tick
b = open("ahead/tile/entries/000.p/6", "rb").read()
at = 0
for i in range(5):
    at += 2 + (b[at] << 8 | b[at + 1])
import sys
sys.stdout.buffer.write(b[at + 2:at + 2 + (b[at] << 8 | b[at + 1])])
END
status "a tick ahead of the clock" 1 "$cairn" ledger submit "$url" tick
check "is refused as that" grep -q checkpoint.time-ahead err
finish TERM
serve --listen 127.0.0.1:0 --tick 10m --holder-key key.holder.pem
i=0
while [ "$(size)" = 5 ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done
check "a tick of its own" [ "$(size)" = 6 ]
"$cairn" ledger log log --keys keys >entries
check "is one" [ "$(tail -1 entries | cut -f 4,5)" = "tick	applied" ]
status "others append meanwhile" 0 "$cairn" ledger tick log --log-key key \
	--holder-key key.holder.pem --time $(($(date +%s) + 1))
holder new bob --ledger "$url" --keys keys --no-passphrase >/dev/null
status "and it goes on behind them" 0 holder enroll --as bob --submit
check "behind them" [ "$(size)" = 8 ]
finish TERM

# ---- whoever ends it: what was answered is in the log
cat >many.py <<'END'
import http.client, sys
for f in sys.argv[2:]:
    try:
        c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
        c.request("POST", "/add", open(f, "rb").read())
        r = c.getresponse()
        number = r.read()
    except (OSError, http.client.HTTPException):
        break
    print(f, int(number) if r.status == 200 else number, flush=True)
END
cat >compare.py <<'END'
import sys
wanted = [line.split() for line in open("answered")]
size = int(open("log/checkpoint").read().split("\n")[1])
b = open("log/tile/entries/000.p/%d" % size, "rb").read()
entries = []
while b:
    n = b[0] << 8 | b[1]
    entries.append(b[2:2 + n])
    b = b[2 + n:]
bad = [w for w in wanted if entries[int(w[1])] != open(w[0], "rb").read()]
print(len(wanted), len(entries), bad)
sys.exit(bool(bad) or not wanted)
END
serve --listen 127.0.0.1:0 --rate 0
i=0
while [ $i -lt 40 ]; do
	holder authorize roa AS$((65000 + i)) 192.0.2.0/24 --as alice >/dev/null
	i=$((i + 1))
done
ls -v alice-*.stmt >files
check "many statements" [ "$(wc -l <files)" = 44 ]
for n_ in 6 20 44; do
	: >answered
	python3 many.py "$at" $(cat files) >answered &
	client=$!
	i=0
	while [ "$(wc -l <answered)" -lt $n_ ] && [ $i -lt 1000 ]; do
		sleep 0.02
		i=$((i + 1))
	done
	finish KILL
	wait $client
	check "killed behind $n_: what was answered is there" python3 compare.py
	status "and all of it is whole" 0 "$cairn" ledger audit log --keys keys
	serve --listen 127.0.0.1:0 --rate 0
done
check "in the end all are there, once" [ "$(size)" = 49 ]
"$cairn" ledger log log --keys keys >entries
check "and applied" [ "$(grep -c 'applied$' entries)" = 49 ]

# ---- a log that is not ours any more: nobody is promised anything
mv log/.state kept
"$cairn" holder new carol --ledger "$url" --keys keys --no-passphrase >/dev/null
status "a log without its state" 1 holder enroll --as carol --submit
wait $server
ended=$?
server=
check "it has ended" [ $ended -eq 1 ]
check "and said why" grep -q log.tree-state serve.err
mv kept log/.state
check "nothing was appended" [ "$(size)" = 49 ]
plan
