#!/bin/sh
# cairn show: on objects found in the wild, and on those of the demonstration.
. "${top_srcdir:?}/tests/cli/tap.sh"
wild=$source/tests/wild
at=2026-11-21T00:00:00Z

for tal in "$wild"/routinator/*.tal; do
	status "$(basename "$tal")" 0 "$cairn" show "$tal"
	check "is a TAL" grep -q '^type: tal' out
done
for good in ta.cer ca1.cer ta.crl router.cer; do
	status "$good" 0 "$cairn" show --json "$wild/rpki-rs/$good"
	check "no findings" grep -q '"findings": \[\]' out
done
for bad in maxlen-overflow.roa prefix-len-overflow.roa res_incorrect.cer; do
	status "$bad" 1 "$cairn" show --json "$wild/rpki-rs/$bad"
	check "a finding" grep -q '"reason": "' out
done
status "issued, at a time inside its validity" 0 "$cairn" show --json \
	--issuer "$wild/rpki-rs/ta.cer" --at 2019-06-01T00:00:00Z \
	"$wild/rpki-rs/ca1.cer"
check "it says so" grep -q '"issued": true' out
status "issued, but expired" 1 "$cairn" show --json \
	--issuer "$wild/rpki-rs/ta.cer" --at 2119-06-01T00:00:00Z \
	"$wild/rpki-rs/ca1.cer"
check "it says so" grep -q '"reason": "path.expired"' out
status "issued by another" 1 "$cairn" show --json --issuer \
	"$wild/rpki-rs/ca1.cer" --at 2019-06-01T00:00:00Z "$wild/rpki-rs/ta.cer"
check "it says so" grep -q '"issued": false' out
for crl in "ta 2019-05-01T00:00:00Z" "ca1 2019-04-06T12:00:00Z"; do
	status "${crl% *}.crl, by its issuer" 0 "$cairn" show --json \
		--issuer "$wild/rpki-rs/${crl% *}.cer" --at "${crl#* }" \
		"$wild/rpki-rs/${crl% *}.crl"
	check "it says so" grep -q '"issued": true' out
done
for ber in example-ripe.roa ta.mft ca1.mft ta.mft.bad-filename; do
	status "$ber" 1 "$cairn" show "$wild/rpki-rs/$ber"
	check "is in BER" grep -q '^encoding: BER' out
	check "that is what is wrong" grep -q 'reason: der.length' out
	check "and shown all the same" grep -q '^  signed_object: rsync' out
done
# What CAs say to each other is no object, but may be put here by mistake.
for foreign in id_ta.cer pdu_200.der router-csr.der; do
	status "$foreign" 1 "$cairn" show "$wild/rpki-rs/ca/$foreign"
	check "a reason" grep -q 'reason: ' out
done
check "a request for a certificate is no CRL" grep -q '^type: unknown' out
status "several" 0 "$cairn" show --json "$wild/rpki-rs/ta.cer" \
	"$wild/rpki-rs/ta.crl"
check "an array" grep -q '^\[' out
status "one good, one bad" 1 "$cairn" show "$wild/rpki-rs/ta.cer" \
	"$wild/rpki-rs/res_incorrect.cer"
status "not there" 1 "$cairn" show none.roa
check "it says so" grep -q 'none.roa: No such file' err
printf '0\200\001' >junk.roa
status "junk" 1 "$cairn" show junk.roa
printf 'hello' >junk
status "of no known type" 1 "$cairn" show --json junk
: >empty.cer
status "empty" 1 "$cairn" show --json empty.cer
check "JSON all the same" grep -q '"findings": \[' out
status "standard input" 0 sh -c '"$1" show - <"$2"' sh "$cairn" \
	"$wild/rpki-rs/ta.cer"

# Every object of the demonstration has its type, and most are good.
status "demonstration" 0 "$cairn" demo -q --at $at world
good=0 bad=0 unknown=0
for f in $(find world/repo -type f); do
	if "$cairn" show --json "$f" >shown; then
		good=$((good + 1))
	else
		bad=$((bad + 1))
	fi
	grep -q '"findings": \[' shown || unknown=$((unknown + 1))
done
check "most are good, some are not" [ $good -gt 150 -a $bad -gt 0 -a \
	$bad -lt 15 ]
check "each has findings in its JSON, if empty ones" [ $unknown -eq 0 ]

# By URI, from what a run left.
"$cairn" validate -q -c world/cairn.yaml --at $at
roa=$(find world/repo -name '*.roa' | LC_ALL=C sort | head -1)
uri=rsync://${roa#world/repo/}
status "by URI" 0 "$cairn" show -c world/cairn.yaml "$uri"
check "the URI is told" grep -qxF "uri: $uri" out
status "by URI, with --cache" 0 "$cairn" show --cache world/cache "$uri"
status "by a URI the cache does not have" 1 "$cairn" show \
	--cache world/cache "${uri}x"
check "it says so" grep -q 'not in the cache' err
plan
