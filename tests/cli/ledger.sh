#!/bin/sh
# cairn ledger: over the vectors of its format, and over logs bent by hand.
. "${top_srcdir:?}/tests/cli/tap.sh"
wild=$source/tests/wild/ledger

for name in mixed-120 hostile-400 succession-80; do
	log=$wild/$name
	set -- "$log" --keys "$log/keys" --now "$(cat "$log/now")"
	[ -f "$log/successions.tsv" ] &&
		set -- "$@" --successions "$log/successions.tsv"
	status "$name: log" 0 "$cairn" ledger log "$@"
	check "as expected" cmp out "$log/expected-log.tsv"
	status "$name: state" 0 "$cairn" ledger state --canonical "$@"
	check "as expected" cmp out "$log/expected-state.txt"
	status "$name: digest" 0 "$cairn" ledger digest "$@"
	check "as expected" cmp out "$log/expected-digest"
	status "$name: emit" 0 "$cairn" ledger emit "$@"
	check "as expected" cmp out "$log/expected-emit.csv"

	# A prefix by its own checkpoint, and by the size alone.
	status "$name: old" 0 "$cairn" ledger state "$@" \
		--checkpoint "$log/checkpoint.old1"
	mv out old
	status "$name: prefix" 0 "$cairn" ledger state "$@" \
		--at-size "$(sed -n 2p "$log/checkpoint.old1")"
	check "both are one state" cmp old out
	status "$name: log of a prefix" 0 "$cairn" ledger log "$@" --at-size 20
	head -20 "$log/expected-log.tsv" >head
	check "its first lines" cmp out head

	# checkpoint, decision after the newest, after an old one, exit alone
	while read -r file newest old alone; do
		for after in checkpoint:$newest checkpoint.old2:$old; do
			decision=${after#*:}
			case $decision in
			accepted | same | time-behind) want=0 ;;
			*) want=1 ;;
			esac
			status "$name: $file after ${after%:*}" $want \
				"$cairn" ledger digest "$@" \
				--checkpoint "$log/$file" \
				--after "$log/${after%:*}"
			check "$decision" grep -qx "$decision" out
		done
		status "$name: $file alone" "$alone" "$cairn" ledger digest \
			"$@" --checkpoint "$log/$file"
		check "a digest, or none" \
			[ "$(wc -c <out)" -eq $((65 - 65 * alone)) ]
	done <<-END
		checkpoint same accepted 0
		checkpoint.old1 stale stale 0
		checkpoint.old2 stale same 0
		checkpoint.fork split-view split-view 1
		checkpoint.fork-larger split-view split-view 1
		checkpoint.one-witness not-counted not-counted 1
		checkpoint.bad-log-key not-counted not-counted 1
		checkpoint.bad-signature not-counted not-counted 1
		checkpoint.time-ahead time-ahead time-ahead 1
		checkpoint.time-behind time-behind time-behind 0
	END
done

log=$wild/hostile-400
now=$(cat "$log/now")
status "the clock is behind" 1 "$cairn" ledger digest "$log" \
	--keys "$log/keys" --now 1000
check "it says so" grep -q checkpoint.time-ahead err
status "keys of another log" 1 "$cairn" ledger digest "$log" \
	--keys "$wild/mixed-120/keys" --now "$now"
check "it says so" grep -q checkpoint.unsigned err
status "successions change the state" 0 "$cairn" ledger digest "$log" \
	--keys "$log/keys" --now "$now" \
	--successions "$wild/succession-80/successions.tsv"
check "another digest" sh -c '! cmp -s out "$1"' sh "$log/expected-digest"

# Bent by hand.
cp -r "$log" bent && chmod -R u+w bent
bend bent/tile/entries/000 5000
status "a byte changed" 1 "$cairn" ledger digest bent --keys "$log/keys" \
	--now "$now"
check "it says so" grep -q log.root err
rm bent/tile/entries/000
status "a bundle withheld" 1 "$cairn" ledger digest bent \
	--keys "$log/keys" --now "$now"
check "it says so" grep -q log.missing err
ln -s "$log/tile/entries/000" bent/tile/entries/000
status "a link instead of a bundle" 1 "$cairn" ledger digest bent \
	--keys "$log/keys" --now "$now"
rm bent/tile/entries/000
cp "$log/tile/entries/000" bent/tile/entries/000
printf 'X' >>bent/tile/entries/000
status "a byte too many" 1 "$cairn" ledger digest bent --keys "$log/keys" \
	--now "$now"
check "it says so" grep -q log.bundle err
cp "$log/tile/entries/000" bent/tile/entries/000
cp "$log/checkpoint.old1" bent/checkpoint
rm -r bent/tile/entries/000.p
status "the partial bundle gone, the full one there" 0 "$cairn" ledger \
	digest bent --keys "$log/keys" --now "$now"

status "no keys" 2 "$cairn" ledger digest "$log"
status "no log" 2 "$cairn" ledger digest --keys "$log/keys"
status "no such job" 2 "$cairn" ledger count "$log" --keys "$log/keys"
status "past the end" 2 "$cairn" ledger digest "$log" --keys "$log/keys" \
	--now "$now" --at-size 401
status "nothing there" 2 "$cairn" ledger digest none --keys "$log/keys"
echo "quorum 1" >keys.bad
status "keys without a log" 2 "$cairn" ledger digest "$log" --keys keys.bad
check "it says so" grep -q keys.line err
echo "10 abc" >successions.bad
status "successions that are none" 2 "$cairn" ledger digest "$log" \
	--keys "$log/keys" --now "$now" --successions successions.bad
plan
