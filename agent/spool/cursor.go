package spool

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// cursor is the file that says up to where records are acknowledged:
//
//	seq u64 | mark i64 | CRC-32C u32, little-endian
//
// It is written in one piece and not synced: a cursor that is old or unreadable
// costs a second delivery, which the receiver recognises, and never a record.
type cursor struct {
	file *os.File
	seq  uint64
	mark int64
}

const cursorSize = 20

func cursorPath(dir string) string { return filepath.Join(dir, "cursor") }

// openCursor reads the cursor; ok is false when there was one that is damaged.
func openCursor(dir string) (c *cursor, ok bool, err error) {
	f, err := os.OpenFile(cursorPath(dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	c = &cursor{file: f}
	buf := make([]byte, cursorSize)
	n, _ := f.ReadAt(buf, 0)
	c.seq, c.mark, ok = parseCursor(buf[:n])
	return c, ok || n == 0, nil
}

func parseCursor(b []byte) (seq uint64, mark int64, ok bool) {
	if len(b) < cursorSize || crc32.Checksum(b[:16], castagnoli) != binary.LittleEndian.Uint32(b[16:]) {
		return 0, 0, false
	}
	return binary.LittleEndian.Uint64(b), int64(binary.LittleEndian.Uint64(b[8:])), true
}

func (c *cursor) advance(seq uint64, mark int64) error {
	c.seq, c.mark = seq, mark
	buf := make([]byte, 0, cursorSize)
	buf = binary.LittleEndian.AppendUint64(buf, seq)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(mark))
	buf = binary.LittleEndian.AppendUint32(buf, crc32.Checksum(buf, castagnoli))
	_, err := c.file.WriteAt(buf, 0)
	return err
}

func (c *cursor) close() error { return c.file.Close() }

func modified(e fs.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
