#!/bin/sh
# cairn ledger witness: never two roots for a size, whoever asks and however.
. "${top_srcdir:?}/tests/cli/tap.sh"

"$cairn" ledger init log --origin example.net/witnessed --new-key key \
	--challenge 0 --time 1000 >log.keys
size() { sed -n 2p "$1/checkpoint"; }
tick() { # folder, time
	"$cairn" ledger tick "$1" --log-key key --holder-key key.holder.pem \
		--time "$2" --anyway >/dev/null
}

# ---- keys
status "a key" 0 "$cairn" ledger witness-key w1 --name example.org/w1
mv out w1.line
check "its line" grep -q '^witness example.org/w1+[0-9a-f]\{8\}+B' w1.line
check "its owner's only" [ "$(ls -l w1 | cut -c 1-10)" = -rw------- ]
check "for its owner only" [ "$(stat -c %a w1)" = 600 ]
status "never over another" 1 "$cairn" ledger witness-key w1 --name x
status "no name" 2 "$cairn" ledger witness-key w2
status "a name that is none" 2 "$cairn" ledger witness-key w2 --name "a b"
"$cairn" ledger witness-key w2 --name example.org/w2 >w2.line
grep -v quorum log.keys >keys
cat w1.line w2.line >>keys
echo "quorum 2" >>keys

# ---- a folder
witness() { # folder, which, more...
	folder_=$1 which_=$2
	shift 2
	"$cairn" ledger witness "$folder_" --key "$which_" --keys keys \
		--state "state.$which_" "$@"
}
status "nobody cosigned" 1 "$cairn" ledger digest log --keys keys
provokes checkpoint.quorum
status "the first" 0 witness log w1
check "it prints its line" grep -q '^— example.org/w1 ' out
status "one is not enough" 1 "$cairn" ledger digest log --keys keys
status "the second" 0 witness log w2
status "two are" 0 "$cairn" ledger digest log --keys keys
check "its state is its own" [ "$(ls -ld state.w1 | cut -c 1-10)" = drwx------ ]
status "again" 0 witness log w1 --now "$(($(date +%s) + 1))"
check "its older line is gone" [ "$(grep -c example.org/w1 log/checkpoint)" = 1 ]
status "still two" 0 "$cairn" ledger digest log --keys keys
cp -r log before
tick log 1100
status "a longer log" 0 witness log w1
cp -r log ours

# ---- what it does not cosign
cp log/checkpoint kept
status "an older log" 1 witness before w1
provokes checkpoint.stale
cp -r before fork
tick fork 1101
status "the same size, another root" 1 witness fork w1
provokes checkpoint.split-view
check "it is kept" [ "$(ls state.w1/split-view | wc -l)" = 1 ]
tick fork 1200
status "longer, another history" 1 witness fork w1
provokes checkpoint.split-view
check "and kept, too" [ "$(ls state.w1/split-view | wc -l)" = 2 ]
check "no cosignature" sh -c '! grep -q example.org/w1 fork/checkpoint'
rm -rf bent && cp -r log bent
bend bent/tile/entries/000.p/2 30
rm -rf state.w3 && cp w1 w3
status "entries that are not its own" 1 witness bent w3
provokes log.root
check "nothing is kept of it" [ ! -e state.w3/*/checkpoint ]
status "a clock behind the ledger" 1 witness log w3 --now 700
provokes checkpoint.time-ahead
status "300 seconds are not behind" 0 witness log w3 --now 800
"$cairn" ledger init other --origin other --new-key other.key --time 1000 >other.keys
status "another log" 1 witness other w1
provokes checkpoint.unsigned
"$cairn" ledger append log --log-key key --anyway w1.line >/dev/null
status "rubbish in a log is its authors'" 0 witness log w1

# ---- its own state
cp -r state.w1 state.kept
for file in state.w1/*/checkpoint; do
	sed -i 's/^\(— example.org.w1 ....................\)./\1A/' "$file"
	sed -i 's/^\(— example.org.w1 .....................\)./\1A/' "$file"
done
status "its state is bent" 1 witness log w1
provokes witness.state
rm -rf state.w1 && cp -r state.w2 state.w1
status "its state is another's" 1 witness log w1
provokes witness.state
rm -rf state.w1 && mv state.kept state.w1
status "its own again" 0 witness log w1

# ---- what it replayed is not read again; unless it has to be
tick log 1120
status "before" 0 witness log w1
check "what it replayed is there" [ -s state.w1/*/replayed ]
tick log 1130
rm -rf seen && cp -r log seen && cp -r state.w1 state.seen && cp w1 seen.key
rep=$(cd state.seen && echo */replayed)
bend_first() { # folder
	for bundle in "$1"/tile/entries/000.p/*; do
		bend "$bundle" 30
	done
}
again() { # more...
	rm -rf state.x && cp -r state.seen state.x
	[ $# -eq 0 ] || "$@"
	"$cairn" ledger witness seen --key seen.key --keys keys --state state.x
}
bend_first seen
status "entries it has seen" 0 again
cp seen/checkpoint cosigned
status "never seen" 1 again rm "state.x/$rep"
provokes log.root
bytes=$(wc -c <"state.seen/$rep")
for at in 0 20 30 60 61 62 100 $((bytes / 2)) $((bytes - 1)); do
	status "byte $at of it bent: all is read" 1 again bend "state.x/$rep" "$at"
done
status "cut short: all is read" 1 again sh -c "head -c $((bytes - 1)) \
	state.seen/$rep >state.x/$rep"
status "whole as it is" 0 again reseal "state.x/$rep" s/x/x/
status "another version left it: all is read" 1 again reseal "state.x/$rep" \
	's/^\(cairn ledger state 1 \)...../\1other/'
provokes log.root
rm -rf state.x && cp -r state.seen state.x
printf '9\t%064d\n' 1 >later
status "other successions: all is read" 1 "$cairn" ledger witness seen \
	--key seen.key --keys keys --state state.x --successions later
provokes log.root
rm -rf seen && cp -r log seen
rm -rf state.x && cp -r state.seen state.x
mkdir fork.too && cp -r before/. fork.too && tick fork.too 1125 && tick fork.too 1126
rm -rf state.y && "$cairn" ledger witness fork.too --key seen.key --keys keys \
	--state state.y >/dev/null 2>&1
cp "state.y/$rep" "state.x/$rep"
status "what it replayed was another history" 0 "$cairn" ledger witness seen \
	--key seen.key --keys keys --state state.x
check "it is the log's again" sh -c "! cmp -s state.x/$rep state.y/$rep"

status "no key" 2 "$cairn" ledger witness log --keys keys --state state.w1
status "no such key" 2 "$cairn" ledger witness log --key none --keys keys --state state.w1
status "not a key" 2 "$cairn" ledger witness log --key keys --keys keys --state state.w1
provokes note.secret
status "no log" 2 witness none w1
status "a URL in place" 2 witness http://127.0.0.1:1/ w1
status "no address" 2 witness log w1 --listen here
provokes listen.address

# ---- C2SP tlog-witness
command -v python3 >/dev/null || { plan; exit 0; }
cat >client.py <<'END'
"""client.py PORT FOLDER OLD [HASH...]: status, type, body of add-checkpoint"""
import http.client, sys
port, folder, old, *proof = sys.argv[1:]
note = open(folder + "/checkpoint", "rb").read()
# Only the log's own signature, as a log sends it.
text, lines = note.split(b"\n\n", 1)
note = text + b"\n\n" + lines.split(b"\n")[0] + b"\n"
body = b"old %s\n" % old.encode() + b"".join(h.encode() + b"\n" for h in proof) + b"\n" + note
c = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
c.request("POST", "/add-checkpoint", body)
r = c.getresponse()
print(r.status, r.headers["Content-Type"].split(";")[0])
sys.stdout.flush()
sys.stdout.buffer.write(r.read())
END
serve() { # folder, which
	rm -f served
	"$cairn" ledger witness "$1" --key "$2" --keys keys --state "state.$2" \
		--listen 127.0.0.1:0 >served 2>served.err &
	server=$! # of the program itself
	i=0
	while ! grep -q port served 2>/dev/null && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
	port=$(sed -n 's/listening on port //p' served)
}
ask() { # what, status, folder, old, hashes...
	what_=$1 code_=$2
	shift 2
	status "$what_" 0 python3 client.py "$port" "$@"
	check "$what_: $code_" grep -q "^$code_ " out
}
rm -rf state.w4 && cp w1 w4
rm -rf live && cp -r before live && rm -f live/.state/next
cat >proof.py <<'END'
"""proof.py FOLDER OLD: the consistency proof to its tree, of at most 256"""
import base64, hashlib, sys
folder, old = sys.argv[1], int(sys.argv[2])
n = int(open(folder + "/checkpoint").read().split("\n")[1])
tile = open(f"{folder}/tile/0/000.p/{n}", "rb").read()
leaves = [tile[i:i + 32] for i in range(0, len(tile), 32)]
def root(d):
    if len(d) == 1:
        return d[0]
    k = 1
    while k * 2 < len(d):
        k *= 2
    return hashlib.sha256(b"\1" + root(d[:k]) + root(d[k:])).digest()
def sub(m, d, b):
    if m == len(d):
        return [] if b else [root(d)]
    k = 1
    while k * 2 < len(d):
        k *= 2
    if m <= k:
        return sub(m, d[:k], b) + [root(d[k:])]
    return sub(m - k, d[k:], False) + [root(d[:k])]
for h in sub(old, leaves, True) if old else []:
    print(base64.b64encode(h).decode())
END
serve live w4
ask "the first" 200 live 0
check "a cosignature" grep -q '^— example.org/w1 ' out
tick live 1100
ask "the old size is not ours" 409 live 0
check "it says ours" grep -qx 1 out
check "its type" grep -q "409 text/x.tlog.size" out
ask "no proof" 422 live 1
check "it says why" grep -q witness.proof out
# shellcheck disable=SC2046
ask "a proof" 200 live 1 $(python3 proof.py live 1)
{ sed '/^$/q' live/checkpoint; grep -h '^— example.net' live/checkpoint
	grep -h '^—' out; } >live/checkpoint.new
mv live/checkpoint.new live/checkpoint
sed 's/quorum 2/quorum 1/' keys >keys.1
status "with what it answered" 0 "$cairn" ledger digest live --keys keys.1
ask "the same again" 200 live 2
ask "another root of that size" 422 fork 2
cp -r live forked && tick forked 1300
tick live 1200
# What it is asked to cosign has to be what it can see.
# shellcheck disable=SC2046
ask "entries that it does not see" 503 forked 2 $(python3 proof.py forked 2)
for i in 1300 1400 1500 1600 1700 1800; do tick live $i; done
# shellcheck disable=SC2046
ask "on" 200 live 2 $(python3 proof.py live 2)
ask "smaller" 409 ours 2
ask "old beyond the checkpoint" 400 live 99
ask "another log" 404 other 0
check "it says why" grep -q checkpoint.origin out
tick live 9999999999
# shellcheck disable=SC2046
ask "ahead of the clock" 503 live "$(($(size live) - 1))" $(python3 proof.py live "$(($(size live) - 1))")
check "it says why" grep -q checkpoint.time-ahead out
status "what it cosigned last" 0 python3 -c '
import hashlib, sys, urllib.request
h = hashlib.sha256(b"example.net/witnessed").hexdigest()
base = f"http://127.0.0.1:{sys.argv[1]}/"
note = urllib.request.urlopen(base + h + "/checkpoint").read()
assert note.split(b"\n")[1] == sys.argv[2].encode(), note
assert b"example.org/w1" in note
for path, method, want in (("x", "GET", 404), (h, "GET", 404), ("add-checkpoint", "GET", 405),
        ("x", "POST", 404), (h + "/checkpoint", "PUT", 404)):
    try:
        urllib.request.urlopen(urllib.request.Request(base + path, b"" if method != "GET" else None, method=method))
        assert False, path
    except urllib.error.HTTPError as e:
        assert e.code == want, (path, e.code)' "$port" "$(($(size live) - 1))"
status "two of one state" 1 witness live w4
provokes log.busy
kill -9 $server; wait $server 2>/dev/null
rm -rf back && cp -r before back && tick back 1150
serve back w4
ask "after kill -9 it knows what it said" 409 back 1
kill $server; wait $server 2>/dev/null

# Ended anywhere: what was answered is on the disk.
rm -rf state.w5 race && cp w1 w5 && cp -r before race
at=1101
for delay in 0 002 004 006 008 010 020; do
	tick race $at
	serve race w5
	last=$(cat state.w5/*/checkpoint 2>/dev/null | sed -n 2p)
	# shellcheck disable=SC2046
	python3 client.py "$port" race "${last:-0}" \
		$(python3 proof.py race "${last:-0}") >race.out 2>/dev/null &
	client=$!
	sleep 0.$delay
	kill -9 $server; wait $server 2>/dev/null; wait $client
	if grep -q '^200' race.out; then
		check "answered: it is on the disk" [ \
			"$(cat state.w5/*/checkpoint | sed -n 2p)" = "$(size race)" ]
	else
		check "not answered" true
	fi
	at=$((at + 1))
done
plan
