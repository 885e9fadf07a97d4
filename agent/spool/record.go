package spool

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// A record on disk, little-endian:
//
//	magic "PbS1" | payload length u32 | seq u64 | mark i64 | high i64 | CRC-32C u32 | payload
//
// The checksum covers everything after the magic but itself.
const (
	magic      = "PbS1"
	headerSize = 4 + 4 + 8 + 8 + 8 + 4
	crcOffset  = headerSize - 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends r's bytes to dst.
func appendRecord(dst []byte, r Record) []byte {
	at := len(dst)
	dst = append(dst, magic...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.Payload)))
	dst = binary.LittleEndian.AppendUint64(dst, r.Seq)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.Mark))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(r.High))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(dst[at:], r.Payload))
	return append(dst, r.Payload...)
}

func checksum(header, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(header[len(magic):crcOffset], castagnoli), castagnoli, payload)
}

// verdict says what stands at a place in a segment.
type verdict uint8

const (
	whole   verdict = iota // a valid record
	short                  // the beginning of a record, or of none: the file ends first
	damaged                // neither
)

// parseRecord reads the record at the start of data; its payload aliases data.
func parseRecord(data []byte) (r Record, size int64, v verdict) {
	if len(data) < headerSize {
		if n := min(len(data), len(magic)); string(data[:n]) == magic[:n] {
			return Record{}, 0, short
		}
		return Record{}, 0, damaged
	}
	n := binary.LittleEndian.Uint32(data[4:])
	if string(data[:4]) != magic || n > MaxRecordBytes {
		return Record{}, 0, damaged
	}
	size = headerSize + int64(n)
	if int64(len(data)) < size {
		return Record{}, 0, short
	}
	payload := data[headerSize:size:size]
	if binary.LittleEndian.Uint32(data[crcOffset:]) != checksum(data, payload) {
		return Record{}, 0, damaged
	}
	r.Seq = binary.LittleEndian.Uint64(data[8:])
	r.Mark = int64(binary.LittleEndian.Uint64(data[16:]))
	r.High = int64(binary.LittleEndian.Uint64(data[24:]))
	r.Payload = payload
	return r, size, whole
}

// resync returns the offset of the first valid record after the start of data
// whose number is above seq, or −1.
func resync(data []byte, seq uint64) int {
	for from := 1; from < len(data); {
		i := bytes.Index(data[from:], []byte(magic))
		if i < 0 {
			return -1
		}
		from += i
		if r, _, v := parseRecord(data[from:]); v == whole && r.Seq > seq {
			return from
		}
		from++
	}
	return -1
}

// scan calls record for each valid record of a segment above seq, and bad for
// each stretch between. It returns the offset where the last valid record ends.
func scan(data []byte, seq uint64, record func(off int64, r Record), bad func(from, to int64)) int64 {
	off, end := int64(0), int64(0)
	for off < int64(len(data)) {
		r, size, v := parseRecord(data[off:])
		if v == whole && r.Seq > seq {
			record(off, r)
			seq = r.Seq
			off += size
			end = off
			continue
		}
		i := resync(data[off:], seq)
		if i < 0 {
			bad(off, int64(len(data)))
			break
		}
		bad(off, off+int64(i))
		off += int64(i)
	}
	return end
}

// recordSize returns the size that a header claims, or 0 when it is none.
func recordSize(header []byte) int64 {
	if len(header) < headerSize || string(header[:4]) != magic {
		return 0
	}
	return headerSize + int64(binary.LittleEndian.Uint32(header[4:]))
}
