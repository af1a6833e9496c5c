#!/bin/sh
# doc/tutorial-*.md: every command in them, in order, works as it stands; only
# the ports are others.
. "${top_srcdir:?}/tests/cli/tap.sh"

trap 'kill $(cat */server 2>/dev/null) 2>/dev/null; rm -rf "$folder"' EXIT
mkdir bin && ln -s "$(cd "$(dirname "$cairn")" && pwd)/cairn" bin/cairn
PATH=$PWD/bin:$PATH
port=$((20000 + $$ % 20000))

for text in "$source"/doc/tutorial-*.md; do
	one=$(basename "$text" .md)
	missing=
	for tool in curl jq; do
		! grep -q "^[^#]*\b$tool -" "$text" || command -v $tool >/dev/null ||
			missing=$tool
	done
	if [ -n "$missing" ]; then
		n=$((n + 1))
		echo "ok $n - $one # SKIP no $missing"
		continue
	fi
	port=$((port + 2))
	awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$text" |
		sed "s/:3323/:$port/g; s/:8323/:$((port + 1))/g
			s/^server=\$!/&; echo \$server >server/" >"$one.sh"
	check "$one has commands" [ "$(grep -c '^cairn ' "$one.sh")" -ge 5 ]
	mkdir "$one"
	status "$one" 0 timeout 120 sh -ec "cd $one; . ../$one.sh"
done
check "most of them ran" [ "$(ls -d tutorial-*/ | wc -l)" -ge 3 ]
check "what routers hear is what was written" \
	[ "$(wc -l <tutorial-routers/heard.csv)" -gt 50 ]
check "the page is whole" grep -q '</html>' tutorial-compare/worlds.html
# What is for routers, where they are here.
block() { # LANGUAGE
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$source/doc/tutorial-routers.md" |
		grep -v '^```'
}
{ echo 'router id 192.0.2.1;'; block bird; } >bird.conf
{ printf 'AS 64500\nrouter-id 192.0.2.1\n'; block openbgpd; } >bgpd.conf
check "for routers" [ "$(cat bird.conf bgpd.conf | wc -l)" -gt 12 ]
! command -v bird >/dev/null || check "BIRD takes it" bird -p -c bird.conf
! bgpd -V 2>&1 | grep -q OpenBGPD || check "OpenBGPD takes it" bgpd -n -f bgpd.conf
plan
