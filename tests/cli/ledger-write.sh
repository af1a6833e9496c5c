#!/bin/sh
# cairn ledger init, append and tick: what they write, refuse and survive.
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
size() { sed -n 2p "$1/checkpoint"; }
tick() { # folder, time, more...
	folder_=$1 time_=$2
	shift 2
	"$cairn" ledger tick "$folder_" --log-key key \
		--holder-key key.holder.pem --time "$time_" "$@"
}
verdicts() { "$cairn" ledger log "$1" --keys keys --now 100000 | cut -f 4,5; }

# ---- init
status "init" 0 "$cairn" ledger init log --origin example.net/log --new-key key \
	--challenge 0 --time 1000
mv out keys
check "keys for --keys" grep -q '^log example.net/log+[0-9a-f]*+A' keys
check "one entry" [ "$(size log)" = 1 ]
check "a genesis" [ "$(verdicts log)" = "genesis	applied" ]
for file in key key.holder.pem key.next.pem; do
	check "$file is its owner's only" [ "$(ls -l $file | cut -c 1-10)" = -rw------- ]
done
status "init again" 1 "$cairn" ledger init log --origin example.net/log \
	--new-key other
check "it says so" grep -q log.exists err
check "no key was made" [ ! -e other ]
status "init never writes over a key" 1 "$cairn" ledger init log2 \
	--origin example.net/log --new-key key
check "and began nothing" [ ! -e log2/checkpoint ]
status "init with keys that are there" 0 "$cairn" ledger init log2 \
	--origin example.net/log --key key --holder-key key.holder.pem \
	--next-key key.next.pem --time 1000 --challenge 0
check "the same keys" cmp out keys
check "the same genesis" cmp log/tile/entries/000.p/1 log2/tile/entries/000.p/1
check "the same checkpoint" cmp log/checkpoint log2/checkpoint
status "init of another origin than the key's" 2 "$cairn" ledger init log3 \
	--origin example.org --key key --holder-key key.holder.pem \
	--next-key key.next.pem
for origin in "" "a b" "a+b"; do
	status "origin '$origin'" 2 "$cairn" ledger init log3 \
		--origin "$origin" --new-key other
done
status "init without a key" 2 "$cairn" ledger init log3 --origin x
status "init with half the keys" 2 "$cairn" ledger init log3 \
	--origin example.net/log --key key
status "init in the future" 1 "$cairn" ledger init log3 --origin x \
	--new-key other --time 9999999999
check "it says so" grep -q checkpoint.time-ahead err
status "a challenge too long" 2 "$cairn" ledger init log3 --origin x \
	--new-key other --challenge 31536001
hex=$(printf %064d 7)
status "init with anchors" 0 "$cairn" ledger init log3 --origin x \
	--new-key anchored --anchor "$hex" "$source/etc/tals/ripe.tal"
check "both are in the genesis" sh -c '
	od -An -v -tx1 log3/tile/entries/000.p/1 | tr -d " \n" |
		grep -q "30440420'"$hex"'0420"'
status "an anchor that is none" 2 "$cairn" ledger init log4 --origin x \
	--new-key other --anchor nothing

# ---- keys under a passphrase
echo "correct horse" >passphrase
echo "battery" >wrong
status "init with a passphrase" 0 "$cairn" ledger init sealed --origin s \
	--new-key sealed.key --passphrase-file passphrase --time 1000
check "the key is encrypted" grep -q "BEGIN ENCRYPTED" sealed.key.holder.pem
if command -v openssl >/dev/null; then
	check "openssl reads it" openssl pkey -in sealed.key.holder.pem \
		-passin file:passphrase -noout
fi
for with in "" "--passphrase-file wrong"; do
	# shellcheck disable=SC2086
	status "tick without the passphrase" 2 "$cairn" ledger tick sealed \
		--log-key sealed.key --holder-key sealed.key.holder.pem $with
	check "it says so" grep -q key.passphrase err
done
status "tick with it" 0 "$cairn" ledger tick sealed --log-key sealed.key \
	--holder-key sealed.key.holder.pem --passphrase-file passphrase

# ---- tick
status "tick" 0 tick log 1100
check "it says what it wrote" grep -q "tick	applied" out
check "two entries" [ "$(size log)" = 2 ]
check "the older partial bundle is kept" [ -e log/tile/entries/000.p/1 ]
status "tick of the same time" 1 tick log 1100
check "it says why" grep -q statement.time err
status "tick ahead of the clock" 1 tick log 9999999999
check "it says why" grep -q checkpoint.time-ahead err
check "nothing was written" [ "$(size log)" = 2 ]
status "tick by another key" 1 "$cairn" ledger tick log --log-key key \
	--holder-key key.next.pem
check "it says why" grep -q statement.wrong-key err
status "tick under another log's key" 1 "$cairn" ledger tick log \
	--log-key sealed.key --holder-key key.holder.pem
check "it says why" grep -q checkpoint.unsigned err
status "no log key" 2 "$cairn" ledger tick log --log-key keys \
	--holder-key key.holder.pem
check "it says so" grep -q note.secret err
status "no holder key" 2 "$cairn" ledger tick log --log-key key \
	--holder-key key
check "it says so" grep -q key.pem err

printf '2\t%s\n' "$hex" >successions
status "tick by whom another succeeds" 1 tick log 1150 --successions successions
check "it says why" grep -q statement.unknown-holder err
printf '3\t%s\n' "$hex" >successions
cp -r log later
status "tick by whom another will succeed" 0 tick later 1150 \
	--successions successions
echo nobody >successions
status "successions that are none" 2 tick log 1150 --successions successions
check "it says so" grep -q succession.line err
status "no successions" 2 tick log 1150 --successions none

# ---- append
cp -r log ahead
tick ahead 1200 >/dev/null && tick ahead 1300 >/dev/null
entry ahead/tile/entries/000.p/4 2 >tick1200
entry ahead/tile/entries/000.p/4 3 >tick1300
entry "$wild/mixed-120/tile/entries/000.p/120" 3 >foreign
echo rubbish >rubbish
for file in foreign:wrong-ledger rubbish:malformed; do
	status "append ${file%:*}" 1 "$cairn" ledger append log --log-key key \
		tick1200 "${file%:*}"
	check "it says why" grep -q "${file%:*}: statement.${file#*:}" err
	check "all or none" [ "$(size log)" = 2 ]
done
status "append out of order" 1 "$cairn" ledger append log --log-key key tick1300
check "it says why" grep -q "tick1300: statement.sequence" err
status "append both" 0 "$cairn" ledger append log --log-key key \
	tick1200 tick1300
check "what it says" [ "$(cut -f 1,4,5 out)" = "2	tick	applied
3	tick	applied" ]
check "the same log" cmp log/checkpoint ahead/checkpoint
status "append rubbish anyway" 0 "$cairn" ledger append log --log-key key \
	--anyway rubbish tick1300
check "rejected, and in the log" [ "$(verdicts log | tail -2 | cut -f 2)" = \
	"malformed
sequence" ]
head -c 65536 /dev/zero >long
status "append what no log can have" 1 "$cairn" ledger append log \
	--log-key key --anyway long
status "append nothing" 2 "$cairn" ledger append log --log-key key
status "append what is not there" 2 "$cairn" ledger append log --log-key key \
	none
status "append to no log" 1 "$cairn" ledger append none --log-key key rubbish
check "it says so" grep -q log.missing err

# ---- over the boundary of a tile, at once
set --
i=0
while [ $i -lt 260 ]; do set -- "$@" rubbish; i=$((i + 1)); done
status "260 at once" 0 "$cairn" ledger append log --log-key key --anyway "$@"
check "a full bundle, a full tile, and one above" sh -c '
	[ -f log/tile/entries/000 ] && [ -f log/tile/0/000 ] &&
	[ "$(wc -c <log/tile/0/000)" = 8192 ] && [ -f log/tile/1/000.p/1 ] &&
	[ -f log/tile/0/001.p/10 ]'
status "and a tick after them" 0 tick log 1400
check "all of it hashes" [ "$(verdicts log | wc -l)" = 267 ]

# ---- the saved state: used if it is of this very log, else not
rm -rf quick && cp -r log quick
check "it is there" [ -s quick/.state/cairn ]
mv quick/tile/entries/000 full
status "the log is not read again" 0 tick quick 1450
rm -rf slow && cp -r log slow && rm slow/.state/cairn
status "with nothing saved it is" 0 tick slow 1450
check "both come to the same" cmp quick/checkpoint slow/checkpoint
check "and save the same" cmp quick/.state/cairn slow/.state/cairn
cp quick/.state/cairn saved
bytes=$(wc -c <saved)
for at in 0 18 25 26 57 58 89 90 100 200 $((bytes - 33)) $((bytes - 1)); do
	rm -rf slow && cp -r quick slow && cp full slow/tile/entries/000
	bend slow/.state/cairn "$at"
	cp -r slow bad
	rm bad/tile/entries/000
	status "byte $at of it: not used" 1 tick bad 1460
	rm -rf bad
	status "byte $at of it: all is read" 0 tick slow 1460
done
rm -rf bad && cp -r quick bad && reseal bad/.state/cairn s/x/x/
status "whole as it is" 0 tick bad 1460
rm -rf bad && cp -r quick bad && reseal bad/.state/cairn \
	's/^\(cairn ledger state 1 \)...../\1other/'
status "another version's: not used" 1 tick bad 1460
rm -rf bad
rm -rf slow && cp -r quick slow && cp log/.state/cairn slow/.state/
status "an older one is gone on from" 0 tick slow 1460
rm -rf all && cp -r quick all && cp full all/tile/entries/000
rm all/.state/cairn
status "as from nothing" 0 tick all 1460
check "to the same log" cmp slow/checkpoint all/checkpoint
check "and the same state" cmp slow/.state/cairn all/.state/cairn
rm -rf fork && cp -r log fork && status "another history" 0 tick fork 1449
rm -rf slow && cp -r all slow && cp fork/.state/cairn slow/.state/
cp -r slow bad && rm bad/tile/entries/000
status "an older one of that is not used" 1 tick bad 1470
status "all is read instead" 0 tick slow 1470
printf '900\t%s\n' "$hex" >later.successions
status "nor one without these successions" 1 tick quick 1460 \
	--successions later.successions
cp full quick/tile/entries/000
status "all is read" 0 tick quick 1460 --successions later.successions

# ---- the lock: fcntl(2), as Tessera's
if command -v python3 >/dev/null; then
	mkfifo held
	python3 -c '
import fcntl, time
f = open("log/.state/treeState.lock", "r+")
fcntl.lockf(f, fcntl.LOCK_EX)
open("held", "w").write("x")
time.sleep(60)' &
	holder=$!
	cat held >/dev/null
	status "another has the lock" 1 tick log 1500
	check "it says who" grep -q "log.busy.*process $holder " err
	kill $holder && wait $holder 2>/dev/null
fi

# ---- ended between two files: what a run leaves, file by file
rm -rf before after && cp -r log2 before && cp -r log2 after
tick after 1100 >/dev/null
rm -rf one && cp -r before one && cp -r after/tile one/
status "ended before .state" 0 tick one 1150
check "what was not signed is not there" [ "$(size one)" = 2 ]
check "all of it hashes" [ "$(verdicts one | wc -l)" = 2 ]
rm -rf one && cp -r before one && cp -r after/tile one/ &&
	cp after/.state/treeState one/.state/
cp -r one two
status "ended before the checkpoint" 0 tick one 1200
check "it says so" grep -q "signed 1 entries of a run" err
check "both are there" [ "$(size one)" = 3 ]
check "all of it hashes" [ "$(verdicts one | wc -l)" = 3 ]
entry after/tile/entries/000.p/2 1 >tick1100
status "the same again is refused, but signed" 1 "$cairn" ledger append two \
	--log-key key tick1100
check "the checkpoint is there" cmp two/checkpoint after/checkpoint
: >two/.state/next # what a run that was ended left behind
status "a temporary file is left" 0 tick two 1200
check "and used" [ ! -e two/.state/next ]

# ---- ended by force, anywhere
now=2000
for delay in 001 002 003 004 005 006 008 010 015 020 030 050; do
	now=$((now + 1))
	"$cairn" ledger tick log2 --log-key key --holder-key key.holder.pem \
		--time $now >/dev/null 2>&1 &
	pid=$! # of the program itself: tick would be a shell that runs it
	sleep 0.$delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	now=$((now + 1))
	status "after kill -9 at $delay ms" 0 tick log2 $now
done
check "all of it hashes" sh -c '"$1" ledger log log2 --keys keys --now 100000 |
	grep -vc applied | grep -qx 0' sh "$cairn"

# ---- .state and checkpoint disagree
refused() { # what, folder
	cp "$2/checkpoint" kept
	status "$1" 1 tick "$2" 50000
	check "it says so" grep -q log.tree-state err
	check "the checkpoint is as it was" cmp kept "$2/checkpoint"
}
rm -rf bad && cp -r after bad && rm bad/.state/treeState
refused ".state is lost" bad
rm -rf bad/.state
refused ".state is lost, all of it" bad
rm -rf bad && cp -r after bad && cp before/.state/treeState bad/.state/
refused ".state is behind" bad
cp one/.state/treeState bad/.state/ && sed -i 's/"size":3/"size":2/' \
	bad/.state/treeState
refused ".state has another root" bad
rm -rf bad && cp -r after bad && sed -i 's/"size":2/"size":3/' \
	bad/.state/treeState
status ".state is ahead of what is there" 1 tick bad 50000
check "it says so" grep -q log.missing err
# Another history of the same size and more: ahead, but not of this checkpoint.
rm -rf bad && cp -r one bad && cp "$wild/mixed-120/checkpoint" bad/checkpoint
status "a checkpoint of another log" 1 tick bad 50000
check "it says so" grep -q checkpoint.unsigned err
rm -rf other && cp -r before other && tick other 1101 >/dev/null &&
	tick other 1102 >/dev/null
rm -rf bad && cp -r other bad && cp after/checkpoint bad/checkpoint
refused ".state is of another history" bad
bend after/tile/entries/000.p/2 300
status "an entry was changed" 1 tick after 50000
check "it says so" grep -q log.root err

status "no such command" 2 "$cairn" ledger begin
check "it says where to look" grep -q "cairn help ledger" err
status "init of nothing" 2 "$cairn" ledger init
plan
