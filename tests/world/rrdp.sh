#!/bin/sh
# Worlds through a real HTTPS server: a repository's life by RRDP, and what
# servers may do to it. Each time the VRPs are those that a validator should
# have, and the summary says what happened. TAP.
set -u
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cairn=${top_builddir:-$src}/cairn
if ! command -v python3 >/dev/null || ! command -v openssl >/dev/null; then
	echo "1..0 # SKIP python3 and openssl make the server"
	exit 0
fi
dir=$(mktemp -d) || exit 1
n=0 server=''
T=$(date +%s) # only a run at the present time leaves anything for the next

stop() {
	exec 9>&-
	[ -z "$server" ] || wait "$server"
	server=''
}
start() { # serves $dir/w/rrdp at $base, from now on at one port
	mkdir -p "$dir/w/rrdp"
	port=$(cat "$dir/port" 2>/dev/null)
	rm -f "$dir/in" "$dir/port"
	mkfifo "$dir/in"
	python3 "$src/tests/world/https.py" "$dir/w/rrdp" "$dir/good.pem" \
		"$dir/good.key" "$dir/port" ${port:+"$port"} \
		<"$dir/in" >/dev/null 2>"$dir/server" &
	server=$!
	exec 9>"$dir/in"
	tries=0
	while [ ! -f "$dir/port" ] && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	base=https://localhost:$(cat "$dir/port")/
}
trap 'stop; rm -rf "$dir"' EXIT

key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
cd "$dir" || exit 1
{
	# shellcheck disable=SC2086
	openssl req -x509 $key -keyout ca.key -out ca.pem -subj "/CN=root" -days 2
	# shellcheck disable=SC2086
	openssl req $key -keyout good.key -out good.csr -subj "/CN=localhost"
	echo subjectAltName=DNS:localhost >ext
	openssl x509 -req -in good.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
		-days 2 -extfile ext -out good.pem
} >openssl.log 2>&1
start

# An rsync that brings what the world's folders hold. (Its own folder is one
# that an rsync in its box may read.)
cat >"$dir/rsync" <<'SH'
#!/bin/sh
from= to=
for a in "$@"; do from=$to to=$a; done
here=$(dirname "$0")/w/repo/${from#rsync://}
[ -e "$here" ] || exit 23
[ ! -f "$(dirname "$0")/proxied" ] || [ "${RSYNC_PROXY:-}" = localhost:1 ] || exit 5
case $from in rsync://other.*) sleep "$(cat "$(dirname "$0")/slow" || echo 0)" ;; esac
case $from in
*/) rm -rf ./* && cp -R "$here." "$to" ;;
*) cp "$here" "$to" ;;
esac
SH
chmod 755 "$dir/rsync"

ok() { # what, status: one more line
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		{ cat "$dir/said"; jq -c '.repositories[]' "$dir/json"; } \
			2>/dev/null | sed 's/^/# /' | head -30
		echo "not ok $n - $1"
	fi
}

make() { # time, description or "": writes $dir/w, keeping cache and RRDP
	printf '%s\n' "$2" >"$dir/world"
	rm -rf "$dir/w/repo" "$dir/w/tals" "$dir/w/truth"
	"$cairn" demo "$dir/w" ${2:+--world "$dir/world"} --at "$1" --seed 7 \
		--rrdp "$base" --quiet >"$dir/said" 2>&1
}

fresh() {
	rm -rf "$dir/w/cache" "$dir"/w/rrdp/*
	T=$(date +%s)
}

# What worlds leave out is not on their CRLs: it would be held.
echo 'policy: {hold: {for: 0}}' >"$dir/hold.yaml"

judge() { # options...: by what the TALs name, nothing else
	rm -f "$dir/csv" "$dir/findings" "$dir/json"
	"$cairn" validate --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" \
		--ca-file "$dir/ca.pem" --rsync-command "$dir/rsync" --json \
		--policy "$dir/hold.yaml" \
		--output "csv:$dir/csv" --findings "$dir/findings" "$@" \
		>"$dir/json" 2>"$dir/said" || return 1
	sed -n 's/.*"reason": *"\([^"]*\)".*"object": *"\([^"]*\)".*"effect": *"\([^"]*\)".*/\2,\1,\3/p' \
		"$dir/findings" | grep -v ',policy.vanished,' |
		LC_ALL=C sort >"$dir/found" # news, not faults
	[ -z "${CAIRN_PROVOKED:-}" ] ||
		cut -d, -f2 "$dir/found" >>"$CAIRN_PROVOKED/rrdp"
	cat "$dir/found" "$dir/csv" >"$dir/said"
}

is_truth() {
	sed 1d "$dir/w/truth/findings.csv" | LC_ALL=C sort |
		cmp -s - "$dir/found" && cmp -s "$dir/csv" "$dir/w/truth/vrps.csv"
}
has_vrps() { cmp -s "$dir/csv" "$dir/$1"; }
keep() { cp "$dir/csv" "$dir/$1"; }
found() { grep -q ",$1," "$dir/found"; }
# Does the summary say this of each repository (of each by RRDP, of some)?
says() { jq -e "[.repositories[] | $1] | all" "$dir/json" >/dev/null; }
of_rrdp() { says 'select(.uri | startswith("https:")) | '"$1"; }
walked() { jq -e ".work.points_looked_up == $1" "$dir/json" >/dev/null; }
some() { jq -e "[.repositories[] | $1] | any" "$dir/json" >/dev/null; }

echo 1..48

# ---- the demonstration -----------------------------------------------------

make $T '' && judge && is_truth
ok "the demonstration by RRDP: VRPs and findings are the truth to the byte" $?
keep first
says '.via == "rrdp" and .rrdp == "snapshot" and .serial == 1 and
	.state == "fresh" and .received > 1000'
ok "each repository came by its snapshot" $?
sed '/^ledgers:/,/sources:/d' "$dir/w/cairn.yaml" >"$dir/w/registries.yaml"
"$cairn" validate -c "$dir/w/registries.yaml" --cache "$dir/folders" --quiet \
	--output "csv:$dir/csv" >"$dir/said" 2>&1 && has_vrps first
ok "the same from the folders, without the network" $?
judge && has_vrps first && is_truth && says '.rrdp == "current"' && walked 0
ok "again: nothing new, and no point is looked up" $?
judge --offline && has_vrps first && says '.state == "offline"'
ok "offline: the same" $?

"$cairn" demo "$dir/again" --at $T --seed 7 --rrdp "$base" --quiet \
	>"$dir/said" 2>&1 &&
	diff -r "$dir/again/rrdp" "$dir/w/rrdp" >"$dir/said" 2>&1
ok "the same time and seed give the same bytes" $?
rm -rf "$dir/again"

# ---- a life ----------------------------------------------------------------

ta='ta alpha { host rpki.alpha.example module alpha
	resources 10.0.0.0/8 AS64496-AS64511'
canary='ca canary { resources 10.1.0.0/16 AS64499
	roa v4 { as 64499 prefix 10.1.0.0/20 maxlen 24 } }'
one='roa one { as 64500 prefix 10.2.0.0/20 }'
two='roa two { as 64500 prefix 10.2.16.0/20 }'
three='roa three { as 64500 prefix 10.2.32.0/20 }'
other() { # what it publishes
	echo "$ta $canary ca other { resources 10.2.0.0/16 AS64500
		host other.example module other $* } }"
}
folder=$dir/w/rrdp/other.example/other
bend() { python3 "$src/tests/world/bend.py" "$folder" "$@" >"$dir/said" 2>&1; }

fresh
make $T "$(other "$one")" && judge && is_truth
make $((T + 10)) "$(other "$one $two")" && judge && is_truth &&
	says '.rrdp == "deltas" and .deltas == 1 and .serial == 2'
ok "an object more: by one delta" $?
judge && is_truth && walked 0
ok "and the next run looks up no point" $?
make $((T + 20)) "$(other "$two")" && make $((T + 30)) "$(other "$two $three")" &&
	judge && is_truth && says '.deltas == 2 and .serial == 4'
ok "one less, another more: by two deltas" $?
keep life
rm "$folder/state"
make $((T + 30)) "$(other "$two $three")" && judge && is_truth &&
	some '.why == "rrdp.new-session" and .rrdp == "snapshot" and .serial == 1' &&
	some '.rrdp == "current" and .serial == 4'
ok "another session: by its snapshot, and it says why" $?
make $((T + 40)) "$(other "$one $three")" && judge && is_truth && keep life &&
	bend delta && judge && has_vrps life &&
	some '.why == "rrdp.mutated" and .rrdp == "snapshot"'
ok "a delta that was seen has another hash: by the snapshot (RR9)" $?

# ---- what is broken leaves what there was ----------------------------------

rm "$folder/state"
make $((T + 50)) "$(other "$one $two")" && bend snapshot && judge &&
	has_vrps life && found rrdp.xml &&
	some '.state == "kept" and .via == "store" and .reason == "rrdp.xml"'
ok "a snapshot cut short: what there was stays in force" $?
make $((T + 60)) "$(other "$one")" && bend lie && judge && has_vrps life &&
	found rrdp.hash && says '(.instead_of | not)'
ok "a snapshot of another hash: the same, and no rsync within the hour (RR8)" $?
make $((T + 70)) "$(other "$one $two")" && judge && is_truth
ok "and then a good one" $?
keep life
stop
judge && has_vrps life && found fetch.connect &&
	says '.state == "kept" and .reason == "fetch.connect"'
ok "the server is dead: what there was stays in force" $?
judge && judge && judge && start &&
	judge && has_vrps life && says '.state == "fresh" and .rrdp == "current"'
ok "it is back: nobody was blamed while nothing could be had" $?
cp -R "$dir/w/rrdp" "$dir/old"
make $((T + 80)) "$(other "$two $three")" && judge && is_truth && keep life &&
	rm -r "$dir/w/rrdp/other.example" &&
	cp -R "$dir/old/other.example" "$dir/w/rrdp/" && judge && has_vrps life &&
	some '.why == "rrdp.backwards"' && found manifest.replay
ok "a stale one: what it once said does not come back" $?
rm -rf "$dir/old"
mv "$folder" "$dir/away"
judge && has_vrps life && some '.reason == "fetch.http-status"'
ok "no notification: the same" $?
judge && judge && judge && has_vrps life && some '.reason == "fetch.backoff"' &&
	some '.rrdp == "current"'
ok "after three failures it is not asked for a while" $?
mv "$dir/away" "$folder"
judge --offline && has_vrps life
ok "and is what it was" $?

doctor() {
	"$cairn" doctor --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" \
		--ca-file "$dir/ca.pem" >"$dir/said" 2>&1
}
doctor
[ "$(grep -c '^ok *rrdp .*: serial [0-9]*, by TLS$' "$dir/said")" -eq 2 ] &&
	grep -q '^ok *tls .*alpha.cer: [0-9]* bytes, by TLS$' "$dir/said" &&
	grep -qE '^(ok|warn) *confinement: ' "$dir/said"
ok "doctor: certificate and notifications can be had" $?
stop
doctor
[ "$(grep -c '^warn *rrdp .*: fetch.connect: .*look at DNS' "$dir/said")" -eq 2 ]
ok "doctor: and not, when the server is dead" $?
start
"$cairn" doctor --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" \
	>"$dir/said" 2>&1
grep -q '^warn *rrdp .*: fetch.tls: .*ca-file' "$dir/said"
ok "doctor: nor when its root is not known" $?

# A snapshot costs more than deltas: sessions that flip are told to wait.
fresh
flip() { rm -f "$folder/state"; make $((T + $1)) "$(other "$one $two")"; }
flip 0 && judge && flip 10 && judge && flip 20 && judge && flip 30 && judge &&
	flip 40 && judge && is_truth && flip 50 && judge &&
	some '.reason == "rrdp.session-flips" and .state == "kept"'
ok "a session for each run: after four it waits (RR5)" $?

# ---- whose objects they are ------------------------------------------------

# The manifest of the canary, as another repository would have it.
fresh
make $T "$(other "$one")" && judge && is_truth && keep life
printf 'rsync://rpki.alpha.example/alpha/canary/canary.mft\n%200s' x >"$dir/more"
rm "$folder/state" "$dir/w/cache" -rf
make $((T + 10)) "$(other "$one")" && bend publish "$dir/more" && judge &&
	has_vrps life && is_truth
ok "an object under another CA's URI has no effect on it (RR11)" $?

# What is no object is a hash without bytes: its point fails, or stays.
fresh
make $T "$(other "$one")" && judge && keep life
make $((T + 10)) "$(other "$one $two roa bad { as 64500 prefix 10.2.48.0/20
	fault file.nul }")" && judge && has_vrps life && found point.missing &&
	found rrdp.object-size && some '.rrdp == "deltas"'
ok "an object of one byte: its point fails, the last good one stays (RR13)" $?
make $((T + 20)) "$(other "$one $two")" && judge && is_truth &&
	some '.rrdp == "deltas"'
ok "and goes again by a delta" $?

# ---- rsync in its place ----------------------------------------------------

fresh
make $T "$(other "$one")" && stop && judge && is_truth &&
	some '.via == "rsync" and (.instead_of | startswith("https:")) and
	.why == "fetch.connect"'
[ "$(jq '[.repositories[] | select(.via == "rsync")] | length' "$dir/json")" -eq 2 ]
ok "RRDP never worked: rsync, and the summary says instead of what (RR16)" $?
keep life
"$cairn" validate --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" -v \
	--ca-file "$dir/ca.pem" --rsync-command "$dir/rsync" >"$dir/said" 2>&1 &&
	grep -q '^repositories: 2 by rsync, 2 not at all$' "$dir/said" &&
	grep -q 'instead of https://localhost:.*: fetch.connect' "$dir/said"
ok "in words, too" $?
judge --offline && has_vrps life
ok "offline: what rsync brought last" $?
start
judge && has_vrps life && says '.via == "rrdp" and .rrdp == "snapshot"'
ok "RRDP is back: it is RRDP again" $?
stop
make $((T + 10)) "$(other "$one $two")" && judge && has_vrps life &&
	says '.state == "kept" and (.instead_of | not)'
ok "RRDP failed within the hour: rsync is not asked (RR16)" $?
conf() { # policy
	cat >"$dir/policy.yaml" <<-YAML
	trust-anchors: [w/tals]
	ca-file: ca.pem
	rsync-command: ./rsync
	rrdp-fallback: $1
	YAML
}
by() { # policy: cold
	rm -rf "$dir/w/cache" "$dir/csv"
	conf "$1"
	"$cairn" validate -c "$dir/policy.yaml" --cache "$dir/w/cache" --json \
		--output "csv:$dir/csv" >"$dir/json" 2>"$dir/said"
}
by never
[ ! -f "$dir/csv" ] && says '.via == "store"'
ok "rrdp-fallback: never" $?
conf stale && echo 'proxy: http://localhost:1' >>"$dir/policy.yaml"
start
rm -rf "$dir/w/cache" "$dir/csv"
: >"$dir/proxied"
"$cairn" validate -c "$dir/policy.yaml" --cache "$dir/w/cache" --json \
	--output "csv:$dir/csv" >"$dir/json" 2>"$dir/said"
cmp -s "$dir/csv" "$dir/w/truth/vrps.csv" &&
	of_rrdp '.state == "failed" and .reason == "fetch.connect"' &&
	some '.via == "rsync"'
ok "a proxy that is not there: HTTPS fails, rsync is told of it" $?
rm "$dir/proxied"
stop
by new && cmp -s "$dir/csv" "$dir/w/truth/vrps.csv" && some '.via == "rsync"'
ok "rrdp-fallback: new" $?
start

# ---- killed ------------------------------------------------------------------

fresh
make $T "$(other "$one")" && judge && make $((T + 10)) "$(other "$one $two")"
for after in 0.05 0.1 0.15 0.2 0.25 0.3 0.4 0.6; do
	"$cairn" validate --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" \
		--ca-file "$dir/ca.pem" --rsync-command "$dir/rsync" --quiet \
		--output "csv:$dir/killed" >/dev/null 2>&1 &
	kid=$!
	sleep $after
	kill -KILL $kid 2>/dev/null
	wait $kid 2>/dev/null
done
judge && is_truth && of_rrdp '.state == "fresh" and .rrdp != "snapshot"'
ok "killed at eight moments: the next run is right, and had what was stored" $?

# ---- mirrors, proxies, names -----------------------------------------------

fresh
make $T "$(other "$one")"
judge --mirror "rsync://other.example/other/=${base}other.example/other/" &&
	is_truth && some '.uri == "rsync://other.example/other/" and .via == "rrdp"'
ok "a mirror by HTTPS: the notification below it" $?
make $((T + 10)) "$(other "$one $two")" &&
	judge --mirror "rsync://other.example/other/=${base}other.example/other/notification.xml" &&
	is_truth && some '.uri == "rsync://other.example/other/" and .deltas == 1'
ok "a mirror by HTTPS: this notification" $?
judge --mirror "rsync://other.example/other/=https://localhost:1/" &&
	cmp -s "$dir/csv" "$dir/w/truth/vrps.csv" && found fetch.connect &&
	some '.uri == "rsync://other.example/other/" and .reason == "fetch.connect"' &&
	some '(.uri | endswith("/other.example/other/notification.xml")) and .state == "fresh"'
ok "a mirror that is dead: RRDP, as the certificate says" $?
sed -i "s|^https://localhost:[0-9]*/|https://localhost:1/|" "$dir"/w/tals/*.tal
keep life
judge --rsync-command /bin/false && has_vrps life &&
	of_rrdp '.state == "kept" and .reason == "fetch.local"'
ok "what only the network names is no host of ours (A6)" $?
judge --allow-local && is_truth && some '.state == "fresh"'
ok "but with --allow-local" $?
make $((T + 10)) "$(other "$one $two")"
rm -rf "$dir/w/cache"
"$cairn" validate --tal "$dir"/w/tals/*.tal --cache "$dir/w/cache" \
	--rsync-command /bin/false --json --output "csv:$dir/csv" \
	>"$dir/json" 2>"$dir/said"
[ $? -eq 1 ] && jq -e '.trust_anchors[0].reason == "fetch.exit"' "$dir/json" >/dev/null
ok "a server whose root nobody told us is not trusted (HT10)" $?
# The system's roots, in a mount namespace: whether by hash, or in one file.
system() { # a folder to be /etc/ssl/certs
	rm -rf "$dir/w/cache"
	unshare -m sh -c 'mount --bind "$1" /etc/ssl/certs && shift && exec "$@"' \
		sh "$1" "$cairn" validate --tal "$dir"/w/tals/*.tal --quiet \
		--cache "$dir/w/cache" --rsync-command /bin/false \
		--output "csv:$dir/csv" >"$dir/said" 2>&1 && is_truth
}
mkdir "$dir/by-hash" "$dir/in-one"
cp "$dir/ca.pem" "$dir/by-hash/$(openssl x509 -hash -noout -in "$dir/ca.pem").0"
cp "$dir/ca.pem" "$dir/in-one/ca-certificates.crt"
if unshare -m mount --bind "$dir/by-hash" /etc/ssl/certs 2>/dev/null; then
	system "$dir/by-hash"
	ok "one whose root the system has, found by its hash" $?
	system "$dir/in-one"
	ok "or in the one file of all" $?
else
	ok "one whose root the system has, found by its hash # SKIP no mounts" 0
	ok "or in the one file of all # SKIP no mounts" 0
fi
judge && is_truth && judge --no-memo --jobs 1 && is_truth
ok "the same with one worker, judged anew" $?

# ---- who keeps us waiting (hostile.md D2) -----------------------------------

stop
rm -rf "$dir/w/cache"
plain() { # time, what other publishes: a world without RRDP
	other "$2" >"$dir/world"
	rm -rf "$dir/w/repo" "$dir/w/tals" "$dir/w/truth"
	"$cairn" demo "$dir/w" --world "$dir/world" --at "$1" --seed 7 --quiet
}
cat >"$dir/wait.yaml" <<'YAML'
trust-anchors: [w/tals]
rsync-command: ./rsync
cache: w/cache
outputs: [{format: csv, path: wait.csv}]
limits: {publish-after: 2}
YAML
canary='ca canary { resources 10.1.0.0/16 AS64499
	roa v4 { as 64499 prefix 10.1.0.0/20 maxlen 24 } }'
wait_for() { "$cairn" validate -c "$dir/wait.yaml" --json >"$dir/json" 2>"$dir/said"; }
plain $T "$one" && wait_for && cmp -s "$dir/wait.csv" "$dir/w/truth/vrps.csv" &&
	jq -e '.early | not' "$dir/json" >/dev/null
ok "nobody keeps us waiting: outputs are written once" $?
cp "$dir/wait.csv" "$dir/life"
canary='ca canary { resources 10.1.0.0/16 AS64499
	roa v4 { as 64499 prefix 10.1.16.0/20 maxlen 24 } }'
echo 7 >"$dir/slow"
plain $((T + 10)) "$one $two"
wait_for &
sleep 5
{ grep '^AS64499' "$dir/w/truth/vrps.csv"; grep '^AS64500' "$dir/life"; } \
	>"$dir/early"
sed 1d "$dir/wait.csv" | cmp -s - "$dir/early"
ok "one does: the others' news and its last good are out before" $?
wait $!
cmp -s "$dir/wait.csv" "$dir/w/truth/vrps.csv" &&
	jq -e '.early.waiting == 1 and .early.after_ms < 5000' "$dir/json" >/dev/null
ok "and its own when it has come" $?
