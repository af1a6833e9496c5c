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

# RFC 8211: an object that is published no more before it expires.
status "another world" 0 "$cairn" demo other
status "validate" 0 "$cairn" validate -c other/cairn.yaml -q \
	--findings findings --output csv:x.csv
check "nothing vanished" sh -c '! grep -q policy.vanished findings'
plan
