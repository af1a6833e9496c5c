#!/bin/sh
# cairn ledger mirror: whole copies only, whatever the source and the clock do.
. "${top_srcdir:?}/tests/cli/tap.sh"

"$cairn" ledger init log --origin example.net/mirror --new-key key \
	--challenge 0 --time 1000 >keys
echo rubbish >rubbish
add() { # folder, number
	folder_=$1 n_=$2
	set --
	while [ $n_ -gt 0 ]; do set -- "$@" rubbish; n_=$((n_ - 1)); done
	"$cairn" ledger append "$folder_" --log-key key --anyway "$@" >/dev/null
}
size() { sed -n 2p "$1/checkpoint"; }
whole() { "$cairn" ledger audit "$1" --keys keys; }

status "the first copy" 0 "$cairn" ledger mirror log copy --keys keys
check "it says so" [ "$(cat out)" = "0	1" ]
check "the same checkpoint" cmp log/checkpoint copy/checkpoint
check "the copy is whole" whole copy
status "again" 0 "$cairn" ledger mirror log copy --keys keys
check "nothing to say" [ ! -s out ]
for many in 1 3 250 1 1 1 300; do
	add log $many
	status "$many more" 0 "$cairn" ledger mirror "file://$PWD/log" copy --keys keys
	check "of the same size" [ "$(size log)" = "$(size copy)" ]
	check "the copy is whole" whole copy
done
status "without keys" 0 "$cairn" ledger mirror log unkeyed -q
check "silent" [ ! -s out ]
check "whole" whole unkeyed
cp -r copy continued
status "whoever has the key goes on" 0 add continued 1
check "whole" whole continued

# ---- a source that withholds or lies: nothing is published
add log 300
old=$(size copy)
find log/tile -type f | sort >files
while read -r file; do
	mv "$file" kept
	rm -rf try && cp -r copy try
	"$cairn" ledger mirror log try --keys keys >out 2>err
	# What is partial and old is not asked for.
	if [ "$(size try)" = "$old" ]; then
		check "$file is gone: nothing new" cmp try/checkpoint copy/checkpoint
	else
		check "$file is not needed" cmp try/checkpoint log/checkpoint
	fi
	check "whole" whole try
	sed 's/rubbish/rubbisH/g' kept >"$file"
	bend "$file" 20
	rm -rf try && cp -r copy try
	"$cairn" ledger mirror log try --keys keys >out 2>err
	check "$file lies: whole" whole try
	mv kept "$file"
done <files
status "then it tells the truth" 0 "$cairn" ledger mirror log try --keys keys
check "all of it" cmp log/checkpoint try/checkpoint

# Tiles that are none, and others than were asked for (hostile.md LE5).
rm -rf lying && cp -r log lying
for bytes in 0 8191 8193; do
	cat log/tile/0/000 key | head -c $bytes >lying/tile/0/000
	rm -rf try2
	status "a tile of $bytes bytes" 1 "$cairn" ledger mirror lying try2 --keys keys
	provokes log.tile
	check "nothing is published" [ ! -e try2/checkpoint ]
done
cp log/tile/0/000 lying/tile/0/001
cp log/tile/0/001 lying/tile/0/000
rm -rf try2
status "tiles swapped" 1 "$cairn" ledger mirror lying try2 --keys keys
provokes log.root
check "nothing is published" [ ! -e try2/checkpoint ]
rm -rf lying && cp -r log lying
mkdir -p lying/tile/0/000.p lying/tile/0/003.p lying/tile/0/x001
for path in 000.p/256 003.p/255 x001/1 900; do
	echo x >lying/tile/0/$path
done
rm -rf try2
status "a partial tile of 256, one beyond the size, names that are none" 0 \
	"$cairn" ledger mirror lying try2 --keys keys
check "the log and nothing else" whole try2
check "none of them is copied" [ ! -e try2/tile/0/x001 ]

# ---- what an interrupted copy left is used
rm -rf part && mkdir -p part/tile/entries
cp log/tile/entries/000 part/tile/entries/ # and nothing else
mv log/tile/entries/000 kept
status "resumed" 0 "$cairn" ledger mirror log part --keys keys
check "without asking for what is here" whole part
mv kept log/tile/entries/000
rm -rf part && cp -r copy part && rm part/tile/0/000 part/tile/1/000.p/2
status "our own files are damaged" 0 "$cairn" ledger mirror log part --keys keys
check "and mended" whole part
for delay in 002 005 010 015 020 030; do
	rm -rf part
	"$cairn" ledger mirror log part --keys keys >/dev/null 2>&1 &
	pid=$!
	sleep 0.$delay
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	if [ -e part/checkpoint ]; then
		check "killed at $delay ms: whole" whole part
	fi
	status "after kill -9 at $delay ms" 0 "$cairn" ledger mirror log part --keys keys
	check "whole" whole part
done

# ---- rollback, two histories, other logs
cp -r copy fresh
status "the source is older" 1 "$cairn" ledger mirror copy try --keys keys
provokes checkpoint.stale
check "ours stays" cmp try/checkpoint log/checkpoint
rm -rf fork && cp -r copy fork
"$cairn" ledger tick fork --log-key key --holder-key key.holder.pem \
	--time 2000 >/dev/null
add fork 400
status "another history" 1 "$cairn" ledger mirror fork try --keys keys
provokes checkpoint.split-view
check "ours stays" cmp try/checkpoint log/checkpoint
check "whole" whole try
check "theirs is kept" sh -c 'cmp fork/checkpoint try/.state/split-view/*'
rm try/tile/0/000
status "another history, and our files are damaged" 1 "$cairn" ledger mirror \
	fork try --keys keys
provokes checkpoint.split-view
check "nothing of it is taken" cmp try/checkpoint log/checkpoint
rm -rf fork && cp -r copy fork && add fork 299
"$cairn" ledger tick fork --log-key key --holder-key key.holder.pem \
	--time 2000 >/dev/null
status "of the same size" 1 timeout 20 "$cairn" ledger mirror fork try \
	--keys keys --every 1s
provokes checkpoint.split-view
"$cairn" ledger init other --origin other --new-key other.key --time 1000 \
	>other.keys
status "another log" 1 "$cairn" ledger mirror other try
provokes checkpoint.origin
status "another's keys" 1 "$cairn" ledger mirror log try --keys other.keys
provokes checkpoint.unsigned

# ---- kept fresh
rm -rf live
"$cairn" ledger mirror log live --keys keys --every 1 >live.out 2>live.err &
pid=$!
add log 3
i=0
while ! cmp -s log/checkpoint live/checkpoint && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
check "kept fresh" cmp log/checkpoint live/checkpoint
status "two at once" 1 "$cairn" ledger mirror log live --keys keys
provokes log.busy
kill $pid && wait $pid 2>/dev/null
check "whole" whole live

# ---- by HTTP
if command -v python3 >/dev/null; then
	python3 -c '
import http.server, functools
h = functools.partial(http.server.SimpleHTTPRequestHandler, directory="log")
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), h)
open("port", "w").write(str(s.server_port))
s.serve_forever()' 2>/dev/null &
	server=$!
	i=0
	while [ ! -s port ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
	url=http://127.0.0.1:$(cat port)
	status "by HTTP" 0 "$cairn" ledger mirror "$url/" byhttp --keys keys
	check "the same" cmp log/checkpoint byhttp/checkpoint
	check "whole" whole byhttp
	status "audit by HTTP" 0 "$cairn" ledger audit "$url" --keys keys
	status "state by HTTP" 0 "$cairn" ledger digest "$url" --keys keys
	mv log/tile/entries/001 kept
	status "a bundle withheld" 1 "$cairn" ledger mirror "$url" byhttp2 --keys keys
	provokes log.missing
	check "no checkpoint" [ ! -e byhttp2/checkpoint ]
	mv kept log/tile/entries/001
	kill $server && wait $server 2>/dev/null
	status "nobody there" 1 "$cairn" ledger mirror "$url" byhttp --keys keys
	check "ours stays" whole byhttp
fi

status "no folder" 2 "$cairn" ledger mirror log
status "three" 2 "$cairn" ledger mirror log copy copy
status "no log" 2 "$cairn" ledger mirror none copy
status "no keys" 2 "$cairn" ledger mirror log copy --keys none
for every in 0s 25h 1d s ""; do
	status "every '$every'" 2 "$cairn" ledger mirror log copy --every "$every"
done
plan
