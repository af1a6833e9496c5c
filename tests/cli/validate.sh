#!/bin/sh
# cairn validate on the demonstration: outputs, statuses, summary.
. "${top_srcdir:?}/tests/cli/tap.sh"
validate() {
	"$cairn" validate -c world/cairn.yaml "$@"
}
same() {
	LC_ALL=C diff "$1" "$2"
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 validate --output csv:vrps.csv --findings findings
check "VRPs are the truth" same vrps.csv world/truth/view.csv
check "summary on standard output" grep -q '^total, distinct' out
check "reasons in it" grep -q 'path.overclaim' out
check "not on a terminal: no progress" [ ! -s err ]
check "findings are lines of JSON" [ "$(grep -c '^{.*}$' findings)" -gt 9 ]
check "and nothing else" [ "$(grep -vc '^{.*}$' findings)" -eq 0 ]
sed -nE 's/.*"reason":"([^"]*)".*"object":"([^"]*)".*"effect":"([^"]*)".*/\2,\1,\3/p' \
	findings | LC_ALL=C sort >found
sed 1d world/truth/findings.csv | LC_ALL=C sort >expected
check "findings are the truth" same found expected

status "to standard output" 0 validate --output csv
check "the same there" same out vrps.csv
check "summary on standard error" grep -q '^total, distinct' err
# Who reads standard output has left before the first byte.
mkfifo pipe
left() {
	exec 9>&- # or the reader may come and go before there is a writer
	true <pipe &
	reader=$!
	exec 9>pipe
	wait "$reader"
	"$@" >&9
}
status "a reader that leaves" 141 left validate -q --output csv json:left.json
check "nothing is said" [ ! -s err ]
check "what is for others is written" [ -s left.json ]
status "and leaves a summary" 141 left validate
exec 9>&-
status "quiet" 0 validate -q
check "nothing printed" [ ! -s out -a ! -s err ]
status "JSON" 0 validate --json --output csv:vrps.csv
check "counts in it" grep -q '"trust_anchors": \[' out
check "the same output is not written" grep -q '"changed": false' out

formats=$("$cairn" help validate |
	sed -n '/^FORMAT is one of$/,$s/^  \([a-z0-9]*\) .*/\1/p')
check "formats are listed" [ "$(echo "$formats" | wc -l)" -ge 14 ]
for format in $formats; do
	status "$format" 0 validate -q --output $format:one $format:two
	check "twice the same" cmp one two
done
status "offline, from the cache" 0 validate --offline --output csv:off.csv -q
check "the same" same off.csv vrps.csv
status "offline, one-off" 0 "$cairn" validate --tal world/tals/*.tal \
	--cache world/cache --offline --output csv:one.csv -q
check "the same, but for the ledger" same one.csv world/truth/vrps.csv

echo old >kept
status "an output that cannot be written" 1 validate --output csv:kept \
	json:no/such/folder/x
check "leaves the others untouched" grep -qx old kept
check "it is said" grep -q \
	'no/such/folder/x: No such file or directory: outputs are untouched' err

status "standard output that is full" 1 sh -c '"$@" >/dev/full' sh "$cairn" \
	validate -c world/cairn.yaml --output csv:kept jsonext -q
check "leaves the others untouched" grep -qx old kept
check "and no litter" [ -z "$(find . -name '.*.tmp')" ]

# A trust anchor that is nowhere: its host is there, its file is not.
sed '1s,.*,rsync://rpki.alpha.example/alpha/none.cer,' world/tals/alpha.tal \
	>nowhere.tal
two="--tal nowhere.tal world/tals/bravo.tal --cache other"
status "one trust anchor fails" 0 validate $two --output csv:bravo.csv
check "the other's are there" grep -q ',bravo$' bravo.csv
check "it is said" grep -q 'failed: ' out
status "and with --strict" 3 validate $two --strict --output csv:strict.csv
check "the other's are there" same bravo.csv strict.csv
status "quietly" 3 validate $two --strict --quiet --output csv:strict.csv
check "it is said all the same" [ "$(cut -d: -f1,2 err)" = \
	"cairn validate: trust anchor nowhere failed" ]
status "not strictly" 0 validate $two --quiet --output csv:strict.csv
check "nothing is said" [ ! -s err ]
# Without the demonstration's ledger, which would do.
status "no trust anchor at all" 1 "$cairn" validate --tal nowhere.tal \
	--cache none --output csv:kept
check "leaves outputs untouched" grep -qx old kept
check "and what to do" grep -q 'untouched; cairn doctor' err
status "nor with --strict" 3 "$cairn" validate --tal nowhere.tal --cache none \
	--strict --output csv:kept
check "leaves outputs untouched" grep -qx old kept
echo junk >junk.tal
status "a TAL that is none" 1 "$cairn" validate --tal junk.tal --cache none \
	--offline
check "it is said" grep -q 'failed: uri.scheme' out

# At another time: what has expired by then is gone, and nothing is forgotten.
# All manifests being stale, the roots' as well, no list is made of nothing.
later=$(date -u -d '+20 days' +%Y-%m-%dT%H:%M:%SZ)
status "in twenty days" 1 validate --at "$later" --offline \
	--output csv:kept
check "leaves outputs untouched" grep -qx old kept
check "it is said of each" [ "$(grep -c 'failed: path.expired' out)" -eq 3 ]
status "nor with --strict" 3 validate --at "$later" --offline --strict \
	--output csv:kept
status "and now again" 0 validate --offline -q --output csv:again.csv
check "everything" same again.csv vrps.csv
plan
