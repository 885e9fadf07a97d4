package probe

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

const (
	echoHeader = 8 // type, code, checksum, id, sequence number
	tokenBytes = 8 // at the start of an echo's payload
	ipv4Header = 20
	ipv6Header = 40
	protoICMP4 = 1
	protoICMP6 = 58
)

// message is what a received packet says about an echo of ours.
type message struct {
	id, seq uint16
	token   uint64
	about   netip.Addr // where the echo was sent to, when it was refused
	refusal string     // what an ICMP error says; "" for a reply
}

// appendEcho builds an echo request: header, token, and bytes that count up.
func appendEcho(b []byte, v6 bool, id, seq uint16, token uint64, size int) []byte {
	kind := byte(ipv4.ICMPTypeEcho)
	if v6 {
		kind = byte(ipv6.ICMPTypeEchoRequest)
	}
	b = append(b, kind, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, id)
	b = binary.BigEndian.AppendUint16(b, seq)
	b = binary.BigEndian.AppendUint64(b, token)
	for i := tokenBytes; i < size; i++ {
		b = append(b, byte(i))
	}
	if !v6 { // for ICMPv6 the kernel does it, which knows the source address
		binary.BigEndian.PutUint16(b[2:], ^onesSum(b))
	}
	return b
}

// parseICMP reads a packet without its IP header: an echo reply, or an ICMP
// error about an echo request.
func parseICMP(b []byte, v6, raw bool) (message, bool) {
	if len(b) < echoHeader || raw && !v6 && onesSum(b) != 0xffff {
		return message{}, false // the kernel checks for all but raw ICMPv4 sockets
	}
	if v6 {
		switch t := ipv6.ICMPType(b[0]); t {
		case ipv6.ICMPTypeEchoReply:
			return parseEcho(b)
		case ipv6.ICMPTypeDestinationUnreachable, ipv6.ICMPTypePacketTooBig,
			ipv6.ICMPTypeTimeExceeded, ipv6.ICMPTypeParameterProblem:
			return parseRefusal6(b, t)
		}
		return message{}, false
	}
	switch t := ipv4.ICMPType(b[0]); t {
	case ipv4.ICMPTypeEchoReply:
		return parseEcho(b)
	case ipv4.ICMPTypeDestinationUnreachable, ipv4.ICMPTypeTimeExceeded, ipv4.ICMPTypeParameterProblem:
		return parseRefusal4(b, t)
	}
	return message{}, false
}

// parseEcho reads an echo's id, sequence number and token, if it has one.
func parseEcho(b []byte) (message, bool) {
	if len(b) < echoHeader {
		return message{}, false
	}
	m := message{id: binary.BigEndian.Uint16(b[4:]), seq: binary.BigEndian.Uint16(b[6:])}
	if len(b) >= echoHeader+tokenBytes {
		m.token = binary.BigEndian.Uint64(b[echoHeader:])
	}
	return m, true
}

// parseRefusal4 reads the echo request that an ICMPv4 error quotes.
func parseRefusal4(b []byte, t ipv4.ICMPType) (message, bool) {
	quoted := b[echoHeader:]
	if len(quoted) < ipv4Header || quoted[0]>>4 != 4 || quoted[9] != protoICMP4 {
		return message{}, false
	}
	header := int(quoted[0]&0x0f) * 4
	if header < ipv4Header || len(quoted) < header+echoHeader || quoted[header] != byte(ipv4.ICMPTypeEcho) {
		return message{}, false
	}
	m, ok := parseEcho(quoted[header:])
	m.about = netip.AddrFrom4([4]byte(quoted[16:20]))
	m.refusal = fmt.Sprintf("%s (code %d)", t, b[1])
	return m, ok
}

// parseRefusal6 reads the echo request that an ICMPv6 error quotes.
func parseRefusal6(b []byte, t ipv6.ICMPType) (message, bool) {
	quoted := b[echoHeader:]
	if len(quoted) < ipv6Header+echoHeader || quoted[0]>>4 != 6 || quoted[6] != protoICMP6 ||
		quoted[ipv6Header] != byte(ipv6.ICMPTypeEchoRequest) {
		return message{}, false
	}
	m, ok := parseEcho(quoted[ipv6Header:])
	m.about = netip.AddrFrom16([16]byte(quoted[24:40]))
	m.refusal = fmt.Sprintf("%s (code %d)", t, b[1])
	return m, ok
}

// onesSum is the one's complement sum that ICMP's checksum complements (RFC 1071).
func onesSum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
