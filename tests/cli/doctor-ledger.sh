#!/bin/sh
# cairn doctor of ledgers: each thing that may be wrong, and what it says.
. "${top_srcdir:?}/tests/cli/tap.sh"
says() {
	check "says: $1" grep -qE "^$1" out
}
now=$(date +%s)
"$cairn" ledger init log --origin example.net/seen --new-key key \
	--challenge 0 --time $((now - 1000)) >log.keys
tick() { # folder, time
	"$cairn" ledger tick "$1" --log-key key --holder-key key.holder.pem \
		--time "$2" >/dev/null
}
for w in w1 w2; do "$cairn" ledger witness-key $w --name $w >$w.line; done
vkey=$(sed -n 's/^log //p' log.keys)
key1=$(sed -n 's/^witness //p' w1.line) key2=$(sed -n 's/^witness //p' w2.line)
cat log.keys w1.line w2.line | grep -v quorum >keys
echo "quorum 2" >>keys
conf() { # witnesses sources more...
	echo "trust-anchors: []"
	echo "cache: cache"
	echo "ledgers:"
	echo "- name: one"
	echo "  origin: example.net/seen"
	echo "  key: $vkey"
	echo "  witnesses: $1"
	echo "  sources: $2"
	shift 2
	printf '%s\n' "$@"
}
doctor() { "$cairn" doctor -c conf.yaml "$@"; }
cosign() { # folder, who, more...
	folder_=$1 who_=$2
	shift 2
	"$cairn" ledger witness "$folder_" --key "$who_" --keys keys \
		--state "state.$who_" "$@" >/dev/null
}

# ---- whose signatures count
conf '{quorum: 0}' '[log]' >conf.yaml
status "no witnesses" 0 doctor
says 'warn  ledger one: example.net/seen: 0 of 0 witnesses wanted; nobody would notice'
says 'ok    ledger-source .*log: one: 1 entries$'
says 'ok    ledger-state one: not known, or not followed so far'
conf "{quorum: 1, keys: ['$key1', '$key2']}" '[log]' >conf.yaml
status "one of two, and none came" 1 doctor
says 'warn  ledger one: .* 1 of 2 .*; two quorums may have no witness in common'
says 'fail  ledger-source .*log: one: checkpoint.quorum: .*: cosigned by 0; its witn'
conf "{quorum: 2, keys: ['$key1', '$key2']}" '[log]' >conf.yaml
cosign log w1
status "one came" 1 doctor
says 'fail  ledger-source .*: cosigned by 1; its witnesses are behind or dead'
cosign log w2
status "two came" 0 doctor
says 'ok    ledger one: example.net/seen: 2 of 2 witnesses wanted'
says 'ok    ledger-source .*log: one: 1 entries, cosigned [0-9]+ s ago'
check "nothing to complain of" [ "$(grep ledger out | grep -cv '^ok')" = 0 ]
conf "{quorum: 2, keys: ['$key1', '${key2%?}x']}" '[log]' >conf.yaml
status "a key that is none" 1 doctor
says 'fail  ledger one: [a-z]+.[a-z]+: .*; copy the key'
cp keys policy
conf '{policy: policy}' '[log]' >conf.yaml
status "a policy" 0 doctor
says 'ok    ledger one: example.net/seen: keys as .*policy says'
echo rubbish >policy
status "a policy that is none" 1 doctor
says 'fail  ledger one: keys.line: '
conf "{quorum: 0}" '[log]' | sed 's,example.net/seen$,example.net/other,' >conf.yaml
status "another origin" 1 doctor
says 'fail  ledger-source .*log: one: checkpoint.origin: .*; compare origin and key'

# ---- sources
cp -r log behind
tick log $((now - 500))
cosign log w1 && cosign log w2
conf "{quorum: 2, keys: ['$key1', '$key2']}" \
	'[log, behind, none, "http://127.0.0.1:9/"]' >conf.yaml
status "several" 0 doctor
says 'ok    ledger-source .*log: one: 2 entries'
says 'warn  ledger-source .*behind: one: 1 entries, .*; it lags'
says 'warn  ledger-source .*none: one: fetch.folder: .*; no log is there'
says 'warn  ledger-source http://127.0.0.1:9/: one: fetch.connect: .*; look at DNS'
status "offline" 0 doctor --offline
check "nobody is asked by HTTP" sh -c '! grep -q http: out'
mv log gone && mv behind gone.too
status "none at all" 1 doctor
says 'fail  ledger-source .*log: one: fetch.folder'
mv gone log && mv gone.too behind
mkdir empty
conf '{quorum: 0}' '[empty]' >conf.yaml
status "a folder without a log" 1 doctor
says 'fail  ledger-source .*empty: one: log.missing: .*; no log is there'

# ---- what is in force
conf "{quorum: 2, keys: ['$key1', '$key2']}" '[log]' >conf.yaml
status "followed" 0 "$cairn" validate -c conf.yaml -q
status "then" 0 doctor
says 'ok    ledger-state one: 2 entries accepted, cosigned [0-9]+ s ago'
rm -rf state.w1 state.w2 cache
cosign log w1 --now $((now - 400)) && cosign log w2 --now $((now - 400))
conf "{quorum: 2, keys: ['$key1', '$key2']}" '[log]' '  max-age: 700s' >conf.yaml
status "an older one" 0 "$cairn" validate -c conf.yaml -q
status "more than half as old as it may be" 0 doctor
says 'warn  ledger-state one: 2 entries accepted, .*; half of max-age is over'
sed -i 's/700s/60s/' conf.yaml
status "older than it may be" 1 doctor
says 'fail  ledger-state one: .*; its payloads are left out until'
sed -i 's/60s/7d/' conf.yaml
rm -rf state.w1 state.w2 fork && cp -r behind fork
tick fork $((now - 499))
cosign fork w1 && cosign fork w2
sed 's/\[log\]/[fork]/' conf.yaml >two.yaml
status "another history" 0 "$cairn" validate -c two.yaml -q
status "it is frozen" 1 doctor
says 'fail  ledger-state one: frozen at 2 entries: .*cache/evidence/one-split.*; read both notes, .*cairn ledger clear one --evidence-read'
says 'warn  evidence one: .*cache/evidence: 1 checkpoint that was refused; read them'
status "JSON" 1 doctor --json
if command -v python3 >/dev/null; then
	check "each is there" python3 -c '
import json
names = [c["check"] for c in json.load(open("out"))["checks"]]
assert [n for n in names if n[:6] == "ledger" or n == "evidence"] == [
    "ledger", "ledger-source", "ledger-state", "evidence"], names'
fi
plan
