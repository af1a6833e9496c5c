#!/bin/sh
# Mirrors that a ledger announces: used when they are wanted, over TLS, and
# never believed; the configuration that the interface's text shows loads.
. "${top_srcdir:?}/tests/cli/tap.sh"
command -v python3 >/dev/null && command -v openssl >/dev/null ||
	skip_all "python3 and openssl make the server"

server=
stop() {
	exec 9>&-
	[ -z "$server" ] || wait "$server"
	server=
}
start() { # serves the folder public at $url, from now on at one port
	port=$(cat port 2>/dev/null)
	rm -f in port
	mkfifo in
	python3 "$source/tests/world/https.py" public good.pem good.key port \
		${port:+"$port"} <in >requests 2>server.err &
	server=$!
	exec 9>in
	i=0
	while [ ! -f port ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i + 1)); done
	url=https://localhost:$(cat port)/
}
trap 'stop; rm -rf "$folder"' EXIT
key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
{
	# shellcheck disable=SC2086
	openssl req -x509 $key -keyout ca.key -out ca.pem -subj "/CN=root" -days 2
	# shellcheck disable=SC2086
	openssl req $key -keyout good.key -out good.csr -subj "/CN=localhost"
	echo subjectAltName=DNS:localhost >ext
	openssl x509 -req -in good.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
		-days 2 -extfile ext -out good.pem
} >openssl.log 2>&1
mkdir public
start

now=$(date +%s)
"$cairn" ledger init log --origin example.net/found --new-key log.key \
	--challenge 0 --time $((now - 1000)) >keys
tick() { # folder, time
	"$cairn" ledger tick "$1" --log-key log.key \
		--holder-key log.key.holder.pem --time "$2" >/dev/null
}
say() { # name, what
	name_=$1
	shift
	status "$name_ says $1" 0 "$cairn" holder "$@" --as "$name_" --submit \
		--log-key log.key
}
for name_ in alice bob; do
	"$cairn" holder new $name_ --ledger log --keys keys --no-passphrase >/dev/null 2>&1
	say $name_ enroll
done
say alice claim 192.0.2.0/24
say bob service "mirror=${url}bob/" # who holds nothing
say alice service mirror=http://localhost/ contact=mailto:a@b.example \
	mirror=https://user@localhost/ "mirror=$url" "mirror=${url}second/"
cat >one.yaml <<END
name: one
origin: example.net/found
key: $(sed -n 's/^log //p' keys)
witnesses: {quorum: 0}
sources: [log]
END
(cat one.yaml; echo "discover: true") >two.yaml
validate() { # FILE OPTION...
	file_=$1
	shift
	"$cairn" validate --cache cache --ledger "$file_" --ca-file ca.pem \
		--json "$@"
}
n_requests() { sed -n 's/^ *"requests": \([0-9]*\).*/\1/p' out; }

# ---- over TLS, as any source
cp -r log/checkpoint log/tile public
sed "s,\[log\],['$url']," one.yaml >tls.yaml
status "a source over TLS" 0 "$cairn" validate --cache other --ledger tls.yaml \
	--ca-file ca.pem --json
check "is followed" grep -q '"size": 6,' out
status "again" 0 "$cairn" validate --cache other --ledger tls.yaml \
	--ca-file ca.pem --json
check "at the cost of a request" [ "$(n_requests)" = 1 ]
check "and no state" grep -q '"decision": "same"' out
status "a root that is not trusted" 0 "$cairn" validate --cache other \
	--ledger tls.yaml --findings findings
check "is told of" grep -q '"fetch.tls"' findings
check "and what was accepted stays" grep -q 'size 6' out

# ---- found
status "not asked for" 0 validate one.yaml --allow-local
status "again" 0 validate one.yaml --allow-local
check "one request" [ "$(n_requests)" = 1 ]
status "asked for" 0 validate two.yaml --allow-local
status "nothing new" 0 validate two.yaml --allow-local
check "asks no stranger" [ "$(n_requests)" = 1 ]
cp -r log ahead
tick ahead $((now - 500))
rm -r public/* && cp -r ahead/checkpoint ahead/tile public
mv log gone
status "the source is dead" 0 validate two.yaml --findings findings
check "a local mirror is not used unless allowed" \
	grep -q '"size": 6,' out
check "nor asked" grep -q '"fetch.address"' findings
status "where it is allowed" 0 validate two.yaml --allow-local
check "it is followed" grep -q '"size": 7,' out
check "from there" grep -qF "\"source\": \"$url\"" out
check "nobody asked who holds nothing" sh -c '! grep -q /bob/ requests server.err'
status "the file says so" 0 validate one.yaml --allow-local
check "else not" grep -q '"requests": 0,' out

# ---- it lies, or has gone
last=public/tile/entries/000.p/7
bend $last $(($(wc -c <$last) - 1))
status "a mirror with other entries" 1 "$cairn" validate --cache third \
	--ledger two.yaml --ca-file ca.pem --allow-local --json
cp -r gone log
status "is not known before the ledger is" 0 "$cairn" validate --cache third \
	--ledger two.yaml --ca-file ca.pem --allow-local --json
check "which is accepted" grep -q '"size": 6,' out
status "then it has more" 0 "$cairn" validate --cache third \
	--ledger two.yaml --ca-file ca.pem --allow-local --json \
	--findings findings
check "and is not asked, as nothing changed" grep -q '"size": 6,' out
rm -r log
status "the source is dead again" 0 "$cairn" validate --cache third \
	--ledger two.yaml --ca-file ca.pem --allow-local --json \
	--findings findings
check "what it has are not the entries" grep -q '"log.root"' findings
check "what was accepted stays" grep -q '"size": 6,' out
printf '%65537s' x >public/checkpoint
status "a checkpoint too large" 0 validate two.yaml --allow-local \
	--findings findings
check "is none" grep -q '"size": 7,' out
check "and no evidence of a stranger's is kept" [ ! -e cache/evidence ]
stop
status "all are dead" 0 validate two.yaml --allow-local
check "what was accepted stays" grep -q '"size": 7,' out

# ---- eight at most, in the order in which they enrolled
mv gone log
for i in 1 2 3 4 5 6 7 8 9; do
	"$cairn" holder new h$i --ledger log --keys keys --no-passphrase >/dev/null 2>&1
	for what in enroll "claim 198.51.100.$i/32" \
		"service mirror=https://127.0.0.1:9/$i/"; do
		# shellcheck disable=SC2086
		"$cairn" holder $what --as h$i --submit --log-key log.key >/dev/null 2>&1
	done
done
check "nine more announce" [ "$(sed -n 2p log/checkpoint)" = 33 ]
status "their ledger" 0 "$cairn" validate --cache fourth --ledger two.yaml \
	--allow-local
mv log gone
status "is dead" 0 "$cairn" validate --cache fourth --ledger two.yaml \
	--allow-local --findings findings
sed -n 's/.*"object":"https:..\([^"]*\)".*/\1/p' findings |
	sed 's,.*:9,,; s,localhost.*,first,' | tr '\n' ' ' >asked
check "so they are asked" [ "$(cat asked)" = \
	"/1/ /2/ /3/ /4/ /5/ /6/ /7/ first " ]

# ---- the sequencer's, which holds nothing, and theirs whose resources are
# attested come before others, whoever was first
"$cairn" demo world >/dev/null
sed -i 's/^quorum 2/quorum 0/' world/ledger.keys
sed -i 's/quorum: 2/quorum: 0/' world/ledger.yaml
echo 'discover: true' >>world/ledger.yaml
speak() { # WHO WHAT...
	who_=$1
	shift
	"$cairn" holder "$@" --as "world/holders/$who_" --submit \
		--log-key world/ledger.key >said 2>&1
}
"$cairn" holder new world/holders/late --ledger world/ledger \
	--keys world/ledger.keys --no-passphrase >/dev/null 2>&1
speak late enroll
speak north offer 10.19.0.0/16 --to \
	"$(sed -n 's/^id //p' world/holders/late.holder)" --until 1h
offer=$(cut -f 2 said | grep -x '[0-9a-f]\{64\}')
speak late accept "$offer"
check "the last of them all holds what is attested" grep -q 'accept.applied' said
for who in startup mallory garage campus exchange bravo-isp charlie-isp north \
	sequencer late; do
	speak $who service "mirror=https://127.0.0.1:9/$who/"
done
status "their ledger" 0 "$cairn" validate --cache fifth \
	--ledger world/ledger.yaml --allow-local
mv world/ledger gone
status "is dead" 0 "$cairn" validate --cache fifth \
	--ledger world/ledger.yaml --allow-local --findings findings
sed -n 's,.*"object":"https://\([^"]*\)/".*,\1,p' findings |
	sed 's,.*:9/,,' | sort | tr '\n' ' ' >asked
check "there is no room for those whom nobody attests" [ "$(cat asked)" = \
	"bravo-isp campus charlie-isp exchange late mirror.canary.example/ledger north sequencer " ]

# ---- the interface's example, with what it leaves out
mkdir tals
"$cairn" ledger witness-key w1 --name w1 >w1.line
"$cairn" ledger witness-key w2 --name w2 >w2.line
keys=$(cat w1.line w2.line | sed -n 's/^witness //p' | paste -sd, -)
sed -e "s,ledger.example/cairn+c0ffee01+AQ\.\.\.,$(sed -n 's/^log //p' keys)," \
	-e "s|keys: \[\.\.\.\]|keys: [$keys]|" \
	-e "s,/etc/cairn/tals,$source/etc/tals,; s,/etc/cairn/,$folder/," \
	-e "s,/var/lib/cairn,$folder/lib," \
	"$source/tests/cli/interface.yaml" >interface.yaml
check "as it stands but for them" grep -q 'discover: true' interface.yaml
echo '{"slurmVersion": 1, "validationOutputFilters": {"prefixFilters": [],
"bgpsecFilters": []}, "locallyAddedAssertions": {"prefixAssertions": [],
"bgpsecAssertions": []}}' >slurm.json
mkdir -p lib/out
status "the example loads, and runs" 1 "$cairn" validate -c interface.yaml \
	--offline --json
check "with its ledger" grep -q '"name": "example"' out
plan
