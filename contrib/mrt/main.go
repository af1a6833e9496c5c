// mrt: lines "PREFIX AS,AS,... PEER" on standard input, in order of prefixes,
// become a TABLE_DUMP_V2 RIB on standard output, written by GoBGP's library.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"github.com/osrg/gobgp/v3/pkg/packet/mrt"
)

const at = 1763683200

var out = bufio.NewWriterSize(os.Stdout, 1<<20)

func die(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "mrt:", err)
		os.Exit(1)
	}
}

func write(t mrt.MRTSubTyper, body mrt.Body) {
	m, err := mrt.NewMRTMessage(at, mrt.TABLE_DUMPv2, t, body)
	die(err)
	b, err := m.Serialize()
	die(err)
	_, err = out.Write(b)
	die(err)
}

// A number in braces is a set, as after aggregation.
func path(s string) bgp.PathAttributeInterface {
	var params []bgp.AsPathParamInterface
	var run []uint32
	flush := func(kind uint8) {
		if len(run) > 0 {
			params = append(params, bgp.NewAs4PathParam(kind, run))
		}
		run = nil
	}
	for _, word := range strings.Split(s, ",") {
		set := strings.HasPrefix(word, "{")
		n, err := strconv.ParseUint(strings.Trim(word, "{}"), 10, 32)
		die(err)
		if set {
			flush(bgp.BGP_ASPATH_ATTR_TYPE_SEQ)
		}
		run = append(run, uint32(n))
		if set {
			flush(bgp.BGP_ASPATH_ATTR_TYPE_SET)
		}
	}
	flush(bgp.BGP_ASPATH_ATTR_TYPE_SEQ)
	return bgp.NewPathAttributeAsPath(params)
}

func entry(line []string, v6 bool) *mrt.RibEntry {
	peer, err := strconv.ParseUint(line[2], 10, 16)
	die(err)
	hop := bgp.PathAttributeInterface(bgp.NewPathAttributeNextHop("192.0.2.1"))
	if v6 {
		hop = bgp.NewPathAttributeMpReachNLRI("2001:db8::1", nil)
	}
	return mrt.NewRibEntry(uint16(peer), at, 0, []bgp.PathAttributeInterface{
		bgp.NewPathAttributeOrigin(0), path(line[1]), hop}, false)
}

func main() {
	peers := []*mrt.Peer{
		mrt.NewPeer("192.0.2.1", "192.0.2.1", 64496, true),
		mrt.NewPeer("192.0.2.2", "2001:db8::2", 4200000000, true),
	}
	write(mrt.PEER_INDEX_TABLE,
		mrt.NewPeerIndexTable("192.0.2.9", "interop", peers))
	in := bufio.NewScanner(os.Stdin)
	var last string
	var entries []*mrt.RibEntry
	var sequence uint32
	flush := func() {
		if last == "" {
			return
		}
		_, network, err := net.ParseCIDR(last)
		die(err)
		length, _ := network.Mask.Size()
		if network.IP.To4() != nil {
			write(mrt.RIB_IPV4_UNICAST, mrt.NewRib(sequence,
				bgp.NewIPAddrPrefix(uint8(length),
					network.IP.String()), entries))
		} else {
			write(mrt.RIB_IPV6_UNICAST, mrt.NewRib(sequence,
				bgp.NewIPv6AddrPrefix(uint8(length),
					network.IP.String()), entries))
		}
		sequence++
		entries = nil
	}
	for in.Scan() {
		line := strings.Fields(in.Text())
		if line[0] != last {
			flush()
			last = line[0]
		}
		entries = append(entries, entry(line, strings.Contains(last, ":")))
	}
	die(in.Err())
	flush()
	die(out.Flush())
}
