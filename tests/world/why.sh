#!/bin/sh
# The stories of designed routes on the demonstration: state, and what must be
# told of it, in text and in JSON. TAP.
. "${top_srcdir:?}/tests/cli/tap.sh"

status "demonstration" 0 "$cairn" demo world
# The same world with an operator's wishes.
sed 's/^cache: cache/cache: wishes/' world/cairn.yaml >world/wishes.yaml
cat >>world/wishes.yaml <<-'end'
	policy:
	  ledger: {minimum-level: self-asserted}
	  rules:
	    - {prefixes: [192.168.32.0/20], mode: ledger-first}
	    - {prefixes: [10.19.0.0/24], action: reject, why: court order 12/2026}
	slurm: [local.json]
end
cat >world/local.json <<-'end'
	{ "slurmVersion": 1,
	  "validationOutputFilters": {
	    "prefixFilters": [
	      { "prefix": "172.16.64.0/18", "comment": "a customer's mistake" } ],
	    "bgpsecFilters": [] },
	  "locallyAddedAssertions": {
	    "prefixAssertions": [ { "asn": 64512, "prefix": "10.40.0.0/16" } ],
	    "bgpsecAssertions": [] } }
end
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q
status "validate with wishes" 0 "$cairn" validate -c world/wishes.yaml -q

# route CONFIGURATION PREFIX AS STATE: the lines that follow, up to an empty
# one, are what is told: "text" or "json", or "no" for what is not in the text.
# White space is as one blank, whatever the lines.
route() {
	conf=$1 prefix=$2 asn=$3 state=$4
	"$cairn" why -c "world/$conf.yaml" "$prefix" "$asn" >text 2>err &&
		"$cairn" why -c "world/$conf.yaml" --json "$prefix" "$asn" \
			>json 2>>err
	told=$?
	tr -s ' \n' ' ' <text >text.line
	tr -s ' \n' ' ' <json >json.line
	head -1 text | grep -q "^$prefix AS$asn: $state (" || told=1
	grep -q "^  \"state\": \"$state\"" json || told=1
	: >lacks
	while read -r form what && [ -n "$form" ]; do
		case $form in
		no) ! grep -qF -- "$what" text.line || echo "no $what" ;;
		*) grep -qF -- "$what" $form.line || echo "$form $what" ;;
		esac
	done >lacks
	[ $told -eq 0 ] && [ ! -s lacks ]
}
story() { # NAME, then as route
	name=$1
	shift
	n=$((n + 1))
	routes=$((routes + 1))
	if route "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# lacks /' lacks
		sed 's/^/# /' err text
	fi
}
routes=0

# ---- valid ------------------------------------------------------------------
story "valid by a ROA, three CAs deep" \
	cairn 10.17.128.0/24 4200000029 valid <<-'end'
	text 10.17.128.0/24 AS4200000029: matches trust-anchor alpha: rsync://repo.delegated.example/delegated/north-b-customer/v4-a.roa #
	text by CA rsync://repo.delegated.example/delegated/north-b/north-b-customer.cer #
	text holds 10.17.128.0/17 by CA rsync://rpki.alpha.example/alpha/north/north-b.cer #
	text holds 10.16.0.0/12 anchor rsync://rpki.alpha.example/alpha/alpha.cer #
	text from world/repo/repo.delegated.example/delegated
	text not found if the matching VRP were gone
	text no longer valid after
	no What was refused
	no What policy left out
	json "kind": "trust-anchor", "object": "rsync://repo.delegated.example/delegated/north-b-customer/v4-a.roa"
	json "gives": "10.17.128.0/17"
	json "gives": "10.0.0.0/8"
	json "left_out": []

end
story "valid by both worlds" cairn 10.1.0.0/20 4200000000 valid <<-'end'
	text trust-anchor alpha: rsync://rpki.alpha.example/alpha/canary/v4-a.roa #
	text ledger demo: ledger:demo/48 #
	text holder canary-net (
	text , entry 48, attested, 1 endorsement in a log of 186 entries #
	text 10.1.0.0-10.1.254.255 of ledger demo: canary-net (
	no What was refused
	no stolen.cer
	json "kind": "ledger", "object": "ledger:demo/48"
	json "entry": 48
	json "holder_name": "canary-net"
	json "cosigned_at": "

end
story "valid by the ledger alone, on its holder's word" \
	cairn 10.1.128.0/20 4200000002 valid <<-'end'
	text 10.1.128.0/20 AS4200000002: matches ledger demo: ledger:demo/70 #
	text 10.1.0.0/16 of trust anchor alpha: rsync://rpki.alpha.example/alpha/alpha/canary.cer
	text not found if the matching VRP were gone
	no trust-anchor alpha: rsync
	json "level": "attested"

end
story "valid by a lessee" cairn 10.1.144.0/20 4200000077 valid <<-'end'
	text holder hosting (
	text of ledger demo: canary-net (
	text no longer valid after
	json "holder_name": "hosting"

end
story "valid though contested in the ledger" \
	cairn 192.168.32.0/20 65102 valid <<-'end'
	text trust-anchor charlie: rsync://rpki.charlie.example/charlie/charlie-a/v4-c.roa #
	text 192.168.32.0/21 of ledger demo: charlie-isp (
	text attested, contested by ix-south (
	json "contested_by": "

end
story "valid by local exception" wishes 10.40.0.0/16 64512 valid <<-'end'
	text matches slurm slurm:local: slurm:local/7
	no holds until
	no #0000
	json "kind": "slurm"

end

# ---- invalid ----------------------------------------------------------------
story "invalid by a ROA: another AS" cairn 10.17.128.0/24 64999 invalid <<-'end'
	text 10.17.128.0/24 AS4200000029: is for another AS
	text valid if a holder of the prefix authorized AS64999
	text not found if the covering VRP were gone
	json "matches": "as"

end
story "invalid by a ROA: too long" cairn 10.17.128.0/25 4200000029 invalid <<-'end'
	text 10.17.128.0/24 AS4200000029: does not allow that length
	text valid if the maximum length of AS4200000029's authorization were 25, not 24
	json "matches": "length"

end
story "invalid by the ledger: another AS" cairn 10.1.128.0/20 64999 invalid <<-'end'
	text 10.1.128.0/20 AS4200000002: is for another AS ledger demo: ledger:demo/70 #
	no trust-anchor alpha: rsync
	json "kind": "ledger"

end
story "invalid by the ledger: too long" cairn 10.1.128.0/21 4200000002 invalid <<-'end'
	text does not allow that length ledger demo: ledger:demo/70 #
	text were 21, not 20

end
story "invalid by AS0" cairn 10.19.255.0/24 4200000040 invalid <<-'end'
	text 10.19.255.0/24-32 AS0: is for no AS trust-anchor alpha: rsync://rpki.alpha.example/alpha/north-d/none.roa #
	json "asn": "AS0"

end
story "what nobody is" cairn 10.19.255.0/24 0 invalid <<-'end'
	text 10.19.255.0/24-32 AS0: is for no AS
	text valid by nothing: no network is AS0
	no valid if

end
story "invalid by both, in conflict" cairn 10.17.0.0/18 64999 invalid <<-'end'
	text 10.17.0.0/18 AS4200000020: is for another AS trust-anchor alpha:
	text 10.17.0.0/18 AS4200000025: is for another AS ledger demo:
	text not found if all 2 covering VRPs were gone

end

# ---- not found --------------------------------------------------------------
story "not found: nobody's" cairn 240.0.0.0/8 1 not-found <<-'end'
	text valid if a holder of the prefix authorized AS1
	no Who holds it
	json "authorities": [], "claims": []

end
story "not found: the authorization ended" cairn 100.64.8.0/21 64550 not-found <<-'end'
	text 100.64.0.0/20 of ledger demo: garage (
	text , self-asserted
	json "level": "self-asserted"

end
story "absent: the manifest is stale" cairn 10.32.0.0/20 4200000100 not-found <<-'end'
	text east-stale.cer, whose publication point does not count
	text rsync://rpki.alpha.example/alpha/east-stale/east-stale.mft under rsync://rpki.alpha.example/alpha/east/east-stale.cer manifest.stale:
	text refused objects nearby were in order
	json "in_force": false
	json "reason": "manifest.stale"

end
story "absent: a listed file is missing" cairn 10.33.0.0/20 4200000101 not-found <<-'end'
	text east-missing.cer, whose publication point does not count
	text rsync://rpki.alpha.example/alpha/east-missing/gone.roa
	json "effect": "point"

end
story "absent: the ROA was refused" cairn 10.36.32.0/20 4200000104 not-found <<-'end'
	text rsync://repo.elsewhere.example/elsewhere/east-mixed/long.roa under rsync://rpki.alpha.example/alpha/east/east-mixed.cer roa.maxlength:
	text cms.binary-signing-time
	json "reason": "roa.maxlength"

end
story "absent: the CA was refused" cairn 10.34.0.0/20 4200000102 not-found <<-'end'
	text rsync://rpki.alpha.example/alpha/east/east-overclaim.cer under rsync://rpki.alpha.example/alpha/alpha/east.cer path.overclaim:
	json "reason": "path.overclaim"

end
story "a revoked CA's, by its ledger claim" cairn 10.35.0.0/20 4200000103 valid <<-'end'
	text ledger demo: ledger:demo/160 #
	text ix-south (
	text its evidence was withdrawn
	text east-revoked.cer under rsync://rpki.alpha.example/alpha/alpha/east.cer path.revoked:
	json "evidence_withdrawn": true

end
story "contested" cairn 172.20.0.0/24 64530 not-found <<-'end'
	text 172.20.0.0/23 of ledger demo: ix-south (
	text contested by bravo-isp (
	text perhaps valid if it were settled who holds 172.20.0.0/23 in ledger demo
	json "contested_by": "

end
story "too young" cairn 100.65.0.0/24 64550 not-found <<-'end'
	text garage (
	text self-asserted, too young to emit
	text perhaps valid once the claim of 100.65.0.0/24 in ledger demo has stood long enough
	json "young": true

end

# ---- left out ---------------------------------------------------------------
story "left out: below minimum-level" cairn 198.51.100.0/24 64520 not-found <<-'end'
	text What policy left out: 198.51.100.0/24 AS64520: below minimum-level ledger demo: ledger:demo/73 #
	text valid if policy took what demo says (left out: below minimum-level)
	json "state_if_nothing_left_out": "valid"
	json "cause": "level"

end
story "displaced: the registry's holder comes first" \
	wishes 192.168.56.0/24 666 not-found <<-'end'
	text 192.168.56.0/24 AS666: the other kind of source comes first there, by rsync://rpki.charlie.example/charlie/charlie/charlie-d.cer
	json "cause": "covered"
	json "displaced_by": "rsync://rpki.charlie.example/charlie/charlie/charlie-d.cer"

end
story "displaced by a rule: the ledger comes first here" \
	wishes 192.168.32.0/20 65102 not-found <<-'end'
	text 192.168.32.0/20 AS65102: the other kind of source comes first there, number 1, by claim #
	json "displaced_by_source": "demo", "displaced_by_claim": "
	text valid if policy took what charlie says
	json "cause": "covered"
	json "rule": 1

end
story "rejected by a rule" wishes 10.19.0.0/24 4200000040 not-found <<-'end'
	text 10.19.0.0/24 AS4200000040: rejected by a rule, number 2, court order 12/2026 trust-anchor alpha:
	text rejected by a rule, number 2, court order 12/2026 ledger demo:
	json "why": "court order 12/2026"
	json "rule": 2

end
story "filtered by SLURM" wishes 172.16.64.0/18 65001 not-found <<-'end'
	text 172.16.64.0/18-24 AS65001: filtered by SLURM, number 1, a customer's mistake, in slurm:local/4 trust-anchor bravo:
	text 172.16.64.0/18-20 AS65001: filtered by SLURM, number 1, a customer's mistake, in slurm:local/4 ledger demo:
	text valid if nothing were left out by policy
	json "cause": "slurm"
	json "displaced_by": "slurm:local/4"

end
story "accepted in these wishes only" wishes 198.51.100.0/24 64520 valid <<-'end'
	text ledger demo: ledger:demo/73 #
	text More specific, and no part of the answer: 198.51.100.0/25 AS64520, demo
	json "inside": [ {

end

check "twenty routes and more" [ "$routes" -ge 20 ]
plan
