#!/bin/sh
# What vanishes at once is held for a while, on the demonstration.
. "${top_srcdir:?}/tests/cli/tap.sh"
run() {
	"$cairn" validate -c world/cairn.yaml -q --findings findings "$@"
}
of() { # FILE NAME: how many lines are of that trust anchor
	grep -c ",$2\$" "$1"
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 run --output csv:before.csv
check "nothing is held" sh -c '! grep -q policy.held findings'

# The cache is lost while a repository cannot be had: without a last good
# manifest its trust anchor says nothing.
rm -rf world/cache/store world/cache/rsync
mv world/repo/rpki.alpha.example away
status "its repository is gone" 3 run --strict --output csv:held.csv
check "its payloads stay" [ "$(of held.csv alpha)" = "$(of before.csv alpha)" ]
check "and are told of" grep -q \
	'"reason":"policy.held".*"trust_anchor":"alpha".*held until.*"effect":"trust-anchor"' \
	findings
check "of this one alone" sh -c '! grep policy.held findings | grep -v alpha'
status "again" 3 run --strict --output csv:again.csv
check "they stay" cmp held.csv again.csv
echo 'add: []' >none.yaml
status "they would, too" 0 "$cairn" compare -c world/cairn.yaml \
	--assume none.yaml --tolerance 0
status "let go for a run" 0 run --release alpha --output csv:released.csv
check "they are gone" [ "$(of released.csv alpha)" = 0 ]
check "the others are not" [ "$(of released.csv bravo)" = "$(of before.csv bravo)" ]

mv away world/repo/rpki.alpha.example
status "it is back" 0 run --strict --output csv:back.csv
check "as before" cmp before.csv back.csv
rm -rf world/cache/store world/cache/rsync
mv world/repo/rpki.alpha.example away
mkdir -p world/cache/release
touch world/cache/release/alpha
status "let go by a file" 0 run --output csv:file.csv
check "nothing is held of it" [ "$(of file.csv alpha)" = 0 ]
rm -rf world/cache/release
status "what was let go" 0 run --output csv:after.csv
check "is not held afterwards" [ "$(of after.csv alpha)" = 0 ]

# A ledger whose state is lost while it cannot be had.
status "its repository is back" 0 mv away world/repo/rpki.alpha.example
status "all is as it was" 0 run --strict --output csv:whole.csv
rm -rf world/cache/store
mv world/ledger ledger-away
status "the ledger is gone" 3 run --strict --output csv:held.csv
check "its payloads stay" [ "$(of held.csv demo)" = "$(of whole.csv demo)" ]
check "there are some" [ "$(of held.csv demo)" -gt 5 ]
check "and are told of" grep -q \
	'"reason":"policy.held".*"trust_anchor":"demo".*held until.*"effect":"ledger"' \
	findings
status "let go" 3 run --strict --release demo --output csv:released.csv
check "they are gone" [ "$(of released.csv demo)" = 0 ]
mv ledger-away world/ledger
status "it is back" 0 run --strict --output csv:back.csv
check "as before" cmp whole.csv back.csv

# RFC 8211: what is published no more before it expires. Revoked, it was taken
# back, and that is final; else it is told of, and held where it is much.
time=$(date +%s)
roas() { # FAULT: of six ROAs and a CA below with two, what has it
	for i in 1 2 3 4 5 6; do
		fault=
		case $1 in *$i*) fault="fault file.$2" ;; esac
		echo "roa r$i { as 64500 prefix 10.0.$i.0/24 $fault }"
	done
	fault=
	case $1 in *ca*) fault="fault file.$2" ;; esac
	echo "ca below { resources 10.1.0.0/16 $fault
		roa a { as 64500 prefix 10.1.0.0/24 }
		roa b { as 64500 prefix 10.1.1.0/24 } }"
}
publish() { # MINUTES WHAT FAULT
	cat >small.txt <<-end
		ta one { host one.example module one
		resources 10.0.0.0/8 AS64500
		ca holder { resources 10.0.0.0/12 AS64500 reissued $1
		$(roas "$2" "$3") } }
	end
	rm -rf small/repo
	"$cairn" demo small --world small.txt --at $time --quiet
}
small() {
	"$cairn" validate -c small/cairn.yaml -q --findings findings \
		--output csv:small.csv
}
vrps() {
	sed 1d small.csv | wc -l
}
status "a world" 0 publish 0 none -
status "validate" 0 small
check "all" [ "$(vrps)" = 8 ]
check "nothing vanished" sh -c '! grep -q policy.vanished findings'
status "three are taken back" 0 publish 1 123 withdrawn
status "validate" 0 small
check "they are gone" [ "$(vrps)" = 5 ]
check "as CAs take things back" sh -c '! grep -qE "policy.(vanished|held)" findings'
status "one more is lost, and a CA" 0 publish 2 123ca unlisted
status "validate" 0 small
check "what the CA had is held" [ "$(vrps)" = 5 ]
check "and told of" [ "$(grep -c policy.vanished findings)" = 2 ]
check "with its CA's point" grep -q \
	'"reason":"policy.vanished".*below/a.roa.*it would hold until' findings
check "it is told that it is held" grep -q policy.held findings
status "again" 0 small
check "held still" [ "$(vrps)" = 5 ]
status "let go" 0 "$cairn" validate -c small/cairn.yaml -q --release one \
	--output csv:small.csv
check "gone" [ "$(vrps)" = 3 ]
status "the CA is there again" 0 publish 3 123 withdrawn
status "validate" 0 small
check "with what it says" [ "$(vrps)" = 5 ]
status "and is taken back" 0 publish 4 123ca withdrawn
status "validate" 0 small
check "at once" [ "$(vrps)" = 3 ]
check "without a word" sh -c '! grep -qE "policy.(vanished|held)" findings'
plan
