#!/bin/sh
# Every member that --json prints is in doc/json.md, under its command.
. "${top_srcdir:?}/tests/cli/tap.sh"
command -v jq >/dev/null || skip_all "no jq(1)"

# told SECTION COMMAND...: and it prints some. A statement's are doc/ledger.md's.
told() {
	section=$1
	shift
	"$cairn" "$@" >out 2>err
	jq -r '(if type == "object" then del(.statement) else . end) | [paths | .[-1] | strings] | unique[]' out >members
	sed -n "/^## $section\$/,/^## /p" "$source/doc/json.md" |
		grep -o '`[a-z0-9_]*`' | tr -d '`' | sort -u >known
	check "$*: has members" [ "$(wc -l <members)" -ge 4 ]
	check "$*: all are told" [ -z "$(sort members | comm -23 - known)" ]
	[ -z "$(sort members | comm -23 - known)" ] ||
		sort members | comm -23 - known | sed 's/^/# /'
}

told demo demo --json world
cd world || exit 1
conf="-c cairn.yaml"
cat >more.yaml <<END
- {name: dead, origin: o, key: $(sed -n 's/^log //p' ledger.keys),
   witnesses: {quorum: 0}, sources: [nowhere]}
END
sed '1s,.*,rsync://rpki.alpha.example/alpha/none.cer,' tals/alpha.tal >none.tal
# shellcheck disable=SC2086
{
	told validate validate $conf --json --output csv:vrps.csv
	told validate validate --json --cache other --tal none.tal tals/bravo.tal \
		--ledger ledger.yaml more.yaml --offline
	told why why $conf --json 10.1.0.0/20 AS64500
	told why why $conf --json 10.0.0.0/8
	told why why $conf --json 203.0.113.0/24 AS64500
	told why why $conf --json 10.17.0.0/18 AS4200000025
	echo '10.1.0.0/20,4200000000' >routes.csv
	told compare compare $conf --json --routes routes.csv
	cat >some.slurm <<END
{ "slurmVersion": 1, "validationOutputFilters": { "prefixFilters":
  [ { "asn": 64500, "comment": "none" } ], "bgpsecFilters": [] },
  "locallyAddedAssertions": { "prefixAssertions":
  [ { "asn": 64500, "prefix": "198.51.100.0/24" } ], "bgpsecAssertions": [] } }
END
	told slurm slurm $conf --json some.slurm
	"$cairn" validate $conf -q --slurm some.slurm
	told why why $conf --json --history 198.51.100.0/24
	told doctor doctor $conf --json --offline
}
keys="--keys ledger.keys"
# shellcheck disable=SC2086
{
	told ledger ledger audit ledger $keys --json
	"$cairn" ledger prove ledger 10.1.0.0/20 AS4200000000 $keys >proof
	told ledger ledger check-proof proof $keys --json
	told ledger ledger resolve ledger canary-net $keys --json
}
told holder holder claim 192.0.2.0/24 --as holders/canary --json --dry-run
"$cairn" holder status --as holders/canary --json | jq 'keys | map({(.): 0}) | add' \
	>status
check "holder status: all are told" [ -z "$(jq -r 'keys[]' status |
	comm -23 - known)" ]
"$cairn" show --json tals/alpha.tal | jq -r '.findings | length' >n
check "show: findings" [ "$(cat n)" = 0 ]
plan
