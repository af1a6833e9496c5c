#!/bin/sh
# cairn ledger audit: each file that differs is found, and named.
. "${top_srcdir:?}/tests/cli/tap.sh"
wild=$source/tests/wild/ledger

for name in mixed-120 hostile-400 succession-80; do
	log=$wild/$name
	set -- --keys "$log/keys" --now "$(cat "$log/now")"
	[ -f "$log/successions.tsv" ] &&
		set -- "$@" --successions "$log/successions.tsv"
	status "$name" 0 "$cairn" ledger audit "$log" "$@" \
		--digest "$(cat "$log/expected-digest")"
	check "$name: it says the digest" grep -q "$(cat "$log/expected-digest")" out
	status "$name: the state" 0 "$cairn" ledger audit "$log" "$@" \
		--state "$log/expected-state.txt"
	status "$name: an older checkpoint" 0 "$cairn" ledger audit "$log" "$@" \
		--checkpoint "$log/checkpoint.old1"
	status "$name: another digest" 1 "$cairn" ledger audit "$log" "$@" \
		--digest "$(printf %064d 1)"
	provokes log.digest
	head -5 "$log/expected-state.txt" >less
	status "$name: another state" 1 "$cairn" ledger audit "$log" "$@" \
		--state less
done

# A log of ours, over the end of a tile, with the older trees' files.
"$cairn" ledger init log --origin example.net/audit --new-key key \
	--challenge 0 --time 1000 >keys
echo rubbish >rubbish
add() {
	n_=$1
	set --
	while [ $n_ -gt 0 ]; do set -- "$@" rubbish; n_=$((n_ - 1)); done
	"$cairn" ledger append log --log-key key --anyway "$@" >/dev/null
}
add 99
add 200
add 1
status "301 entries" 0 "$cairn" ledger audit log --keys keys --json
check "it counts" python3 -c '
import json
a = json.load(open("out"))
assert (a["size"], a["applied"], a["rejected"]) == (301, 1, 300), a
# entries 000, 001.p/45; tile 0/000, 0/001.p/45, 1/000.p/1
assert a["files"] == 5, a
# entries and level 0: 000.p/1, 000.p/100, 001.p/44
assert a["older_partial_files"] == 6, a'
find log/tile -type f | sort >files
check "there are files" [ "$(wc -l <files)" -ge 11 ]
while read -r file; do
	cp "$file" kept
	bend "$file" 17
	status "$file: a byte" 1 "$cairn" ledger audit log --keys keys
	check "it says so" grep -q "log\.\(tile\|root\|bundle\)" err
	head -c 30 kept >"$file"
	status "$file: cut" 1 "$cairn" ledger audit log --keys keys
	cat kept kept >"$file"
	status "$file: twice" 1 "$cairn" ledger audit log --keys keys
	cp kept "$file"
done <files
grep -v '\.p/' files >full
while read -r file; do
	mv "$file" kept
	status "$file is gone" 1 "$cairn" ledger audit log --keys keys
	check "it says so" grep -q log.missing err
	mv kept "$file"
done <full
rm log/tile/0/000.p/100
status "an older partial tile is gone" 0 "$cairn" ledger audit log --keys keys
cp log/checkpoint now && "$cairn" ledger append log --log-key key --anyway \
	rubbish >/dev/null
status "a file of a larger tree" 0 "$cairn" ledger audit log --keys keys \
	--checkpoint now

status "no keys" 2 "$cairn" ledger audit log
status "no digest" 2 "$cairn" ledger audit log --keys keys --digest abc
status "no state" 2 "$cairn" ledger audit log --keys keys --state none
plan
