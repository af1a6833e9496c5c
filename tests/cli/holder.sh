#!/bin/sh
# cairn holder: all kinds of statements, keys, guardians, what is said before
# it is signed, and what is refused.
. "${top_srcdir:?}/tests/cli/tap.sh"

now=1790000000
"$cairn" ledger init log --origin holder.example/test --new-key key \
	--challenge 100 --time $now >keys 2>err || skip_all "no ledger"

tick() { # later
	now=$((now + $1))
	"$cairn" ledger tick log --log-key key --holder-key key.holder.pem \
		--time $now >/dev/null 2>tick.err
}
holder() { # job and its arguments
	job=$1
	shift
	"$cairn" holder "$job" "$@" --now $now
}
state() { "$cairn" ledger state log --keys keys --now $now; }
said() { # name, job and its arguments: says it, and it is in the log
	who=$1
	job=$2
	shift 2
	status "$who: $job $*" 0 holder "$job" --as "$who" --submit \
		--log-key key "$@"
}
last_id() { # name: of its last statement
	"$cairn" holder status --as "$1" --json --now $now |
		sed -n 's/^  "last": "\(.*\)",/\1/p'
}

# ---- keys
status "new" 0 "$cairn" holder new alice --ledger log --keys keys \
	--passphrase-fd 3 3<<END
open sesame
END
check "it prints the id" grep -qxE '[0-9a-f]{64}' out
check "two keys, for their owner only" [ \
	"$(stat -c %a alice.pem alice.next.pem | sort -u)" = 600 ]
check "encrypted" [ "$(grep -l 'BEGIN ENCRYPTED' alice*.pem | wc -l)" = 2 ]
check "nothing secret in alice.holder" sh -c '! grep -q PRIVATE alice.holder'
status "never over another" 2 "$cairn" holder new alice --no-passphrase
check "it says so" grep -q "there already" err
status "without a terminal" 2 setsid -w "$cairn" holder new none \
	--ledger log --keys keys
check "it says how" grep -q -- --passphrase-fd err
check "no key is left" [ ! -e none.pem ]
status "no passphrase" 2 "$cairn" holder new none --passphrase-command true
check "it says how to have none" grep -q -- --no-passphrase err
status "a command that fails" 2 "$cairn" holder new none \
	--passphrase-command false
status "no room for a key" 1 sh -c 'trap "" XFSZ; ulimit -f 0; exec "$@"' sh \
	"$cairn" holder new none --no-passphrase --ledger log --keys keys
check "nothing is left of it" [ -z "$(ls | grep '^none')" ]
for name in bob carol dave erin; do
	"$cairn" holder new $name --no-passphrase --ledger log --keys keys \
		>$name.id 2>>err
done
"$cairn" holder id --as alice >alice.id
check "id" [ "$(cat alice.id)" = "$(sed -n 's/^id //p' alice.holder)" ]
status "which of them?" 2 holder status
check "it says how" grep -q -- "--as NAME" err
status "none here" 2 sh -c 'mkdir -p empty && cd empty && "$0" holder status' \
	"$cairn"
check "it says how" grep -q "cairn holder new" err
status "none of that name" 2 holder status --as nobody
status "not enrolled" 2 holder claim --as bob 192.0.2.0/24
check "it says how" grep -q "cairn holder enroll" err
echo rubbish >bad.holder
status "a file that is none" 2 holder status --as bad
check "it says where" grep -q "bad.holder:1" err
rm bad.holder

# ---- dry run, then signed; nothing is asked for before it is shown
status "enroll, dry" 0 holder enroll --as alice --dry-run
check "shown" grep -q "^kind: enroll" out
check "judged" grep -q "dry run: the ledger as it is would apply it" out
check "nothing written" [ ! -e alice-0000-enroll.stmt ]
status "enroll, the wrong passphrase" 2 holder enroll --as alice \
	--passphrase-command 'echo wrong'
check "it says so" grep -q key.passphrase err
check "nothing written" [ ! -e alice-0000-enroll.stmt ]
chmod o+r alice.pem
status "enroll" 0 holder enroll --as alice \
	--passphrase-command 'echo open sesame'
check "a file" [ -s alice-0000-enroll.stmt ]
check "who may read the key" grep -q 'alice.pem: anyone may read this' err
chmod o-r alice.pem
status "one after it, before it is in the log" 0 holder name --as alice \
	alice-net --passphrase-command 'echo open sesame'
status "submit needs the log's key" 2 holder submit --as alice
check "it says so" grep -q -- --log-key err
chmod o+r key
status "submit both" 0 holder submit --as alice --log-key key
check "who may read the log's key" grep -q 'key: anyone may read this' err
chmod o-r key
check "both" [ "$(grep -c applied out)" = 2 ]
status "nothing left" 2 holder submit --as alice --log-key key
status "change the passphrase" 0 "$cairn" holder passphrase --as alice \
	--passphrase-fd 3 3<<END
open sesame
sesame
END
status "the old one is of no use" 2 holder claim --as alice 10.9.0.0/24 \
	--passphrase-command 'echo open sesame'
status "to none" 0 "$cairn" holder passphrase --as alice --no-passphrase \
	--passphrase-fd 3 3<<END
sesame
END
for name in bob carol dave erin; do said $name enroll; done
said bob name bob-net

# ---- claims
said alice claim 192.0.2.0/24 AS64500-AS64503 2001:db8::/32
check "warned" grep -q "warning: self-asserted" err
status "what another has" 1 holder claim --as bob 192.0.2.128/25
check "it says why, and what to do" grep -q \
	"statement.overlap.*--evidence.*--anyway" err
check "nothing written" [ ! -e bob-0002-claim.stmt ]
status "too much" 1 holder claim --as bob 10.0.0.0/8
check "it says why" grep -q statement.limit err
status "--anyway" 0 holder claim --as bob 192.0.2.128/25 --anyway
check "a file" [ -s bob-0002-claim.stmt ]
status "then nothing more" 2 holder claim --as bob 10.1.0.0/24
check "it says how" grep -q "cairn holder forget" err
status "status says so" 0 holder status --as bob
check "which" grep -q "reason: statement.overlap" out
status "forget" 0 "$cairn" holder forget --as bob
status "not a resource" 2 holder claim --as bob 192.0.2.1/24
status "no resource" 2 holder claim --as bob
said bob claim 10.1.0.0/24
status "dry, refused" 1 holder release --as bob 10.2.0.0/24 --dry-run
check "it says why" grep -q statement.not-held err
said bob release 10.1.0.0/25

# ---- authorizations
said alice authorize roa AS64500 192.0.2.0/24 2001:db8::/32-48
check "warned: young" grep -q "young: nothing is emitted before" err
tick 200
check "emitted" [ "$("$cairn" ledger emit log --keys keys --now $now |
	grep -c '^roa,64500')" = 2 ]
said alice authorize aspa AS64500 AS64503 64501 AS64502
check "shown in order" sh -c \
	'tr -d "\n" <out | grep -q "64501 *- 64502 *- 64503"'
openssl ecparam -name prime256v1 -genkey -noout -out router.key 2>/dev/null
openssl pkey -in router.key -pubout -out router.pub 2>/dev/null
said alice authorize router-key AS64501 router.pub
said alice authorize roa AS64500 198.51.100.0/24 --until 30d
check "warned: not hers" grep -q "not all of it is yours" err
extra=$(last_id alice)
said alice withdraw "$(echo "$extra" | cut -c1-12)"
check "gone" sh -c '! grep -q "$1"' sh "authorize $extra" <<END
$(state)
END
status "withdraw nothing" 1 holder withdraw --as alice "$extra"
check "it says why" grep -q statement.no-statement err
status "too few digits" 2 holder withdraw --as alice 12
for wrong in "" "roa" "roa AS64500" "roa x 10.0.0.0/8" "roa 1 10.0.0.0/8-7" \
	"roa 1 10.0.0.0" "aspa AS1" "router-key 1 none" "router-key 1 keys" \
	"what 1"; do
	# shellcheck disable=SC2086
	status "authorize $wrong" 2 holder authorize --as alice $wrong
done

# ---- names, services, reverse DNS, endorsements
status "a name that is taken" 1 holder name --as bob alice-net
check "it says why" grep -q statement.name-taken err
said alice service rpki=https://rpki.example/ mirror@DE=https://m.example/
check "in the state" sh -c 'grep -q "mirror https://m.example/ DE"' <<END
$(state)
END
status "service of nothing" 2 holder service --as alice
said alice service --none
said alice rdns 192.0.2.0/24 ns1.example ns2.example --ds 0102030405
check "in the state" sh -c 'grep -q "ns1.example,ns2.example 0102030405"' <<END
$(state)
END
status "a short DS" 2 holder rdns --as alice 192.0.2.0/24 ns.example --ds 01
said bob endorse alice-net --until 2030-01-01T00:00:00Z
said bob endorse "$(last_id alice | cut -c1-10)"

status "who endorsed whom" 0 holder status --as alice
check "bob endorsed alice" sh -c 'sed -n "/^endorsed:/,/^names:/p" out |
	grep -q "by: .*(bob-net)"'

# ---- transfer
said alice offer 192.0.2.0/25 --to bob-net --escrow carol
offer=$(last_id alice)
check "no warning with an escrow" [ ! -s err ]
status "status of the taker" 0 holder status --as bob
check "the offer" grep -q "offer: $offer" out
check "names beside ids" grep -q "(alice-net)" out
said bob accept "$offer"
check "warned: level 0" grep -q "self-asserted only (level 0)" err
status "settle, how?" 2 holder settle --as carol "$offer"
status "status of the escrow agent" 0 holder status --as carol
check "the offer" sh -c 'sed -n "/^offers_to_settle:/,/^authorizations:/p" out |
	grep -q "accepted: yes"'
said carol settle "$offer" --complete
check "moved" sh -c 'grep -q "^hold ipv4 192.0.2.0-192.0.2.127 $(cat bob.id)"' \
	<<END
$(state)
END
said alice offer 192.0.2.128/25 --to "$(cat bob.id)" --until 1h --hashlock \
	"$(printf open | sha256sum | cut -c1-64)"
offer=$(last_id alice)
status "without the preimage" 1 holder accept --as bob "$offer"
check "it says why" grep -q statement.preimage err
status "a preimage that is none" 2 holder accept --as bob "$offer" \
	--preimage xyz
said bob accept "$offer" --preimage 6f70656e
said bob offer 192.0.2.128/25 --to alice-net
check "warned: no escrow" grep -q "without --escrow" err
said bob settle "$(last_id bob)" --cancel
status "to nobody" 2 holder offer --as bob 192.0.2.128/25
status "to a stranger" 2 holder offer --as bob 192.0.2.128/25 --to stranger
check "it says what is wanted" grep -q "64 hexadecimal digits" err

# ---- leases
said bob lease 192.0.2.0/26 --to carol --until 30d --sublease
status "in" 0 holder status --as carol
check "leases_in" sh -c 'sed -n "/^leases_in:/,/^leases_out:/p" out |
	grep -q 192.0.2.0/26'
said carol authorize roa 64510 192.0.2.0/26
check "no warning: it is leased" [ ! -s err ]
said bob offer 192.0.2.0/25 --to alice-net
offer=$(last_id bob)
said alice accept "$offer"
check "warned: leased out" grep -q "the lease goes with it" err
status "until when?" 2 holder lease --as bob 192.0.2.128/25 --to carol
status "not a time" 2 holder lease --as bob 192.0.2.128/25 --to carol \
	--until soon

# ---- rotation
old=$(sha256sum <bob.next.pem)
status "rotate, dry" 0 holder rotate --as bob --dry-run
check "nothing moved" [ "$(sha256sum <bob.next.pem)" = "$old" ]
status "rotate" 0 holder rotate --as bob
check "the next is the current" [ "$(sha256sum <bob.pem)" = "$old" ]
check "the old is kept" [ "$(ls bob.old-*.pem | wc -l)" = 1 ]
check "no trace of the way" [ ! -e bob.new.pem ]
status "a claim after it" 0 holder claim --as bob 203.0.113.0/24
status "submit both" 0 holder submit --as bob --log-key key
check "both applied" [ "$(grep -c applied out)" = 2 ]
status "rotate and give it up" 0 holder rotate --as bob
"$cairn" holder forget --as bob -q
said bob release 203.0.113.0/24 # signed by what is an old key's file again

# ---- guardians
status "a lock by nobody" 2 holder enroll --as erin --lock
status "a lock by strangers" 2 holder rotate --as dave --lock --guardians \
	"$(printf %064d 1)" "$(printf %064d 2)" --threshold 2
check "it says why" grep -q "nobody could unlock it (--anyway)" err
status "by oneself" 2 holder rotate --as dave --guardians dave bob
status "too many needed" 2 holder rotate --as dave --guardians bob carol \
	--threshold 3
said dave rotate --guardians alice-net bob carol --threshold 2 --lock
said dave claim 198.51.100.0/24
status "an offer under the lock" 0 holder offer --as dave 198.51.100.0/24 \
	--to bob
file=$(ls dave-*-offer.stmt)
check "it says what it lacks" grep -q "2 more of the guardians have" out
status "no more until then" 2 holder name --as dave dave-net
check "it says why" grep -q "waits for signatures of guardians" err
status "erin is no guardian" 2 holder sign --as erin "$file"
check "it says why" grep -q "no guardian" err
status "alice signs" 0 holder sign --as alice "$file"
check "one more" grep -q "1 more of the guardians has" out
status "alice once more changes nothing" 0 holder sign --as alice "$file"
check "one more" grep -q "1 more of the guardians has" out
status "alice by JSON" 0 holder sign --as alice "$file" --json
check "what the ledger makes of it" python3 -c '
import json
d = json.load(open("out"))
assert d["verdict"] != "applied" and d["guardians_missing"] == 1, d
assert d["statement"]["kind"] == "offer" and not d["dry_run"], d'
status "carol signs" 0 holder sign --as carol "$file"
check "enough" grep -q "would apply it" out
status "submit" 0 holder submit --as dave --log-key key
status "show" 0 "$cairn" show "$file"
check "three signatures" [ "$(grep -c 'holder: ' out)" = 4 ]

head -c 300 "$file" >cut && printf x >>cut
status "show what is cut" 1 "$cairn" show cut
cp "$file" bent
size=$(wc -c <bent)
bend bent $((size - 3))
status "show what is bent" 1 "$cairn" show bent
check "it says so" grep -q statement.bad-signature out
status "show a checkpoint" 0 "$cairn" show --json log/checkpoint
check "its origin" grep -q '"origin": "holder.example/test"' out

# ---- recovery
mkdir apart && (cd apart && "$cairn" holder new dave2 --no-passphrase \
	--of "$(cat ../dave.id)") >out 2>err
cp apart/dave2.holder .
status "by keys for another" 2 holder recover --as alice bob --to dave2
status "by no guardian" 1 holder recover --as erin dave --to dave2.holder
check "it says why" grep -q statement.not-party err
status "by one" 0 holder recover --as alice dave --to dave2.holder
file=$(ls alice-*-recover.stmt)
check "it says what it lacks" grep -q "1 more of the guardians has" out
status "bob signs" 0 holder sign --as bob "$file"
status "submit" 0 holder submit --as alice --log-key key
cd apart || exit 1
status "with the new key, too early" 2 "$cairn" holder name dave-net \
	--as dave2 --ledger ../log --keys ../keys --now $now
check "from when on" grep -q 'is replaced when ledger time reaches 20' err
cd ..
status "pending" 0 holder status --as dave
check "until when" sh -c 'sed -n "/^recovery:/,\$p" out | grep -q takes_effect'
tick 200
(cd apart && status "with the new key" 0 "$cairn" holder name dave-net \
	--as dave2 --submit --log-key ../key --ledger ../log --keys ../keys \
	--now $now)
n=$((n + 1))
check "named" sh -c 'grep -q "^name dave-net $(cat dave.id)"' <<END
$(state)
END

# ---- the ledger goes back
cp -r log before
said bob service --none
mv log after && mv before log
status "an older ledger" 1 holder status --as bob
check "it says so" grep -q checkpoint.stale err
rm -rf log && mv after log

# ---- a passphrase from the terminal
# Some containers have no terminals to give.
if python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
	cat >typist.py <<'END'
import os, pty, sys
def run(answers, *argv):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(argv[0], argv)
    said = b""
    for answer in answers:
        while b": " not in said.split(b"\n")[-1]:
            said += os.read(fd, 1000)
        os.write(fd, answer + b"\n")
        said += b"\n"
    try:
        while True:
            got = os.read(fd, 1000)
            if not got:
                break
            said += got
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said
code, said = run([a.encode() for a in sys.argv[2].split(",")],
    *sys.argv[3:])
sys.stdout.buffer.write(said)
if any(a.encode() in said for a in sys.argv[2].split(",")):
    sys.exit("it was echoed")
sys.exit(code != int(sys.argv[1]))
END
	check "typed twice" python3 typist.py 0 s3same,s3same "$cairn" holder new \
		typed --ledger log --keys keys
	check "and once again" python3 typist.py 0 s3same "$cairn" holder enroll \
		--as typed --now $now
	check "not the same" python3 typist.py 2 s3same,s3sume "$cairn" holder \
		new mistyped --ledger log --keys keys
	check "no key is left" [ ! -e mistyped.pem ]
	cat >ended.py <<'END'
import os, pty, signal, sys
pid, fd = pty.fork()
if pid == 0:
    signal.signal(signal.SIGINT, signal.SIG_DFL) # a job in the background has it ignored
    os.execvp("sh", ["sh", "-c", 'trap : INT; "$@"; echo "exit $?"; stty -a',
        "sh"] + sys.argv[1:])
said = b""
while not said.endswith(b": "):
    said += os.read(fd, 1000)
os.write(fd, b"\003")
try:
    while True:
        got = os.read(fd, 1000)
        if not got:
            break
        said += got
except OSError:
    pass
sys.stdout.buffer.write(said)
sys.exit(b"exit 130" not in said or b"echo" not in said.split())
END
	check "ended at the prompt, the terminal echoes again" python3 ended.py \
		"$cairn" holder new ended --ledger log --keys keys
	check "no key is left" [ ! -e ended.pem ]
fi

# ---- what cannot be
if command -v python3 >/dev/null; then
	cat >server.py <<'END'
import functools, http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        open("taken", "ab").write(
            self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(b"7")
    def log_message(self, *args): pass
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
    functools.partial(Handler, directory="log"))
open("port.new", "w").write("%d" % s.server_port)
import os
os.rename("port.new", "port")
s.serve_forever()
END
	python3 server.py &
	server=$!
	while [ ! -s port ]; do sleep 0.1; done
	status "by URL" 0 holder service --none --as bob --submit \
		--ledger "http://127.0.0.1:$(cat port)/"
	check "sent" cmp taken "$(ls bob-*-service.stmt | tail -1)"
	check "kept until the ledger has it" grep -q "^said " bob.holder
	kill $server && wait $server 2>/dev/null
	"$cairn" holder forget --as bob -q
	status "nobody is there" 1 holder service --none --as bob --submit \
		--ledger "http://127.0.0.1:$(cat port)/"
fi
status "no keys of the ledger" 2 holder status --as dave2 --keys none
status "no ledger" 2 holder status --as dave2
status "no such job" 2 "$cairn" holder begin
status "json" 0 holder claim --as bob 203.0.113.0/25 --dry-run --json
check "it is JSON" python3 -c \
	'import json; d = json.load(open("out")); assert d["verdict"] == "applied"
assert d["warnings"] and d["statement"]["kind"] == "claim"'
status "json of status" 0 holder status --as bob --json
check "it is JSON" python3 -c 'import json; json.load(open("out"))'
plan
