#!/bin/sh
# What another version of the program left in the cache: said plainly, nothing
# half done, and what is still of use goes on.
. "${top_srcdir:?}/tests/cli/tap.sh"
run() {
	"$cairn" validate -c world/cairn.yaml -q --findings findings "$@"
}
found() {
	grep -c "\"reason\":\"$1\"" findings
}
# Bytes of the view's header, with a digest that is right again.
seal() {
	dd if=world/cache/view/current of=head bs=992 count=1 2>/dev/null
	openssl dgst -sha256 -binary head |
		dd of=world/cache/view/current bs=32 seek=31 conv=notrunc \
			2>/dev/null
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 run --output csv:first.csv
cp -r world/cache/view view

# History as it once was: a file for each difference.
mkdir -p world/cache/view/history
echo x >world/cache/view/history/00000000000000000002-00000000001800000000-0000000002
echo x >world/cache/view/history/00000000000000000003-00000000001800000600-0000000003
status "older history" 0 run --output csv:second.csv
check "it is said" [ "$(found view.history)" = 1 ]
check "as a warning" grep -q '"view.history".*2 files.*"effect":"warning"' findings
check "the payloads are the same" cmp first.csv second.csv
check "nothing of it is left" [ "$(find world/cache/view/history -type f | wc -l)" = 0 ]
status "again" 0 run
check "once" [ "$(found view.history)" = 0 ]

# A view of a newer version: it is not read, and not taken for damage.
printf '\377' | dd of=world/cache/view/current bs=1 seek=8 conv=notrunc 2>/dev/null
seal
status "a look-up says so" 1 "$cairn" why -c world/cairn.yaml 10.0.0.0/8
check "by its reason" grep -q view.version err
status "newer view" 0 run --output csv:third.csv
check "it is said in a run" [ "$(found view.version)" = 1 ]
check "the payloads are the same" cmp first.csv third.csv
status "and can be asked for" 0 "$cairn" why -c world/cairn.yaml 10.0.0.0/8
status "once more" 0 run
check "once" [ "$(found view.version)" = 0 ]

# A store of another version: nothing is done, and nothing is lost.
cp -r world/cache/store store
sed 's/^/x/' first.csv >out.csv
sed 's/cairn store 3/cairn store 9/' store/data.mdb >world/cache/store/data.mdb
check "the test knows the format" sh -c '! cmp -s store/data.mdb world/cache/store/data.mdb'
cp world/cache/view/current current
cp out.csv untouched.csv
status "newer store" 1 run --output csv:out.csv
check "it is said" grep -q store.format err
check "outputs are untouched" cmp out.csv untouched.csv
check "the view is" cmp current world/cache/view/current
sed 's/cairn store 9/cairn store 3/' world/cache/store/data.mdb >data
check "the store is" cmp data store/data.mdb
cp data world/cache/store/data.mdb
status "the version that wrote it goes on" 0 run --offline --output csv:out.csv
check "the payloads are the same" cmp first.csv out.csv
plan
