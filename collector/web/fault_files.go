package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/probity-sla/probity/collector/incident"
)

// Bounds of what comes with a reported fault.
const (
	maxFaultFiles     = 5
	maxFaultFileBytes = 4 << 20
	maxFaultBytes     = 12 << 20 // of a whole report, as it is sent
	maxFileNameBytes  = 120
)

// fileType is a kind of file that is taken: how its bytes are known, and the
// endings that its name may have, the usual one first.
type fileType struct {
	name  string
	is    func(data []byte) bool
	exts  []string
	plain string // as it is called in a form
}

// fileTypes is all that is taken. A file is what its bytes say, whatever its name.
// What can run, or hold other files, is not taken.
var fileTypes = []fileType{
	{"image/png", starts("\x89PNG\r\n\x1a\n"), []string{".png"}, "PNG"},
	{"image/jpeg", starts("\xff\xd8\xff"), []string{".jpg", ".jpeg"}, "JPEG"},
	{"image/webp", isWebP, []string{".webp"}, "WebP"},
	{"application/pdf", starts("%PDF-"), []string{".pdf"}, "PDF"},
	{"application/vnd.tcpdump.pcap", starts("\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\x0a\x0d\x0d\x0a"), []string{".pcap", ".pcapng"}, "pcap"},
	{"text/plain", isText, []string{".txt", ".log", ".csv", ".json"}, "text"},
}

func starts(magic ...string) func([]byte) bool {
	return func(data []byte) bool {
		return slices.ContainsFunc(magic, func(m string) bool { return bytes.HasPrefix(data, []byte(m)) })
	}
}

func isWebP(data []byte) bool {
	return len(data) >= 16 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

// isText takes UTF-8 without control characters but tabs, line ends, form feeds
// and the escapes of coloured logs.
func isText(data []byte) bool {
	if len(data) == 0 || !utf8.Valid(data) {
		return false
	}
	return !bytes.ContainsFunc(data, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", r) || r == 0x7f
	})
}

// sniff returns the type of a file by its bytes, nil for one that is not taken.
func sniff(data []byte) *fileType {
	for i := range fileTypes {
		if fileTypes[i].is(data) {
			return &fileTypes[i]
		}
	}
	return nil
}

// faultFile is one file as it was sent.
type faultFile struct {
	name string
	data []byte
}

// attachments checks the files of a report and describes them.
func attachments(files []faultFile, bad *faultsOf) (list []incident.Attachment, data [][]byte) {
	if len(files) > maxFaultFiles {
		bad.add("attachments", "at most %d files are taken", maxFaultFiles)
		return nil, nil
	}
	for i, f := range files {
		field := fmt.Sprintf("attachments[%d]", i)
		t := sniff(f.data)
		switch {
		case len(f.data) == 0:
			bad.add(field, "%s is empty", quote(f.name))
		case len(f.data) > maxFaultFileBytes:
			bad.add(field, "%s is larger than %d MiB", quote(f.name), maxFaultFileBytes>>20)
		case t == nil:
			bad.add(field, "%s is not of a kind that is taken: %s", quote(f.name), takenKinds())
		default:
			sum := sha256.Sum256(f.data)
			list = append(list, incident.Attachment{N: i + 1, Name: fileName(f.name, t, i+1), Type: t.name, Bytes: int64(len(f.data)), SHA256: hex.EncodeToString(sum[:])})
			data = append(data, f.data)
		}
	}
	return list, data
}

func takenKinds() string {
	names := make([]string, len(fileTypes))
	for i, t := range fileTypes {
		names[i] = t.plain
	}
	return strings.Join(names, ", ")
}

// fileName keeps the last part of a name, without what file systems and headers
// trip over, and with an ending that suits the bytes.
func fileName(name string, t *fileType, n int) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`"*/:<>?|;%`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	for len(name) > maxFileNameBytes {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		name = fmt.Sprintf("attachment-%d", n)
	}
	if !contains(t.exts, strings.ToLower(path.Ext(name))) {
		name += t.exts[0]
	}
	return name
}

// writeAttachment answers with a file to be saved, never to be shown.
func writeAttachment(w http.ResponseWriter, r *http.Request, a incident.Attachment, data []byte) {
	h := w.Header()
	h.Set("Content-Type", a.Type)
	h.Set("Content-Disposition", contentDisposition(a.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

// contentDisposition names a file in ASCII, and as it is beside (RFC 6266).
func contentDisposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	var star strings.Builder
	for _, b := range []byte(name) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '.' || b == '-' || b == '_' {
			star.WriteByte(b)
		} else {
			fmt.Fprintf(&star, "%%%02X", b)
		}
	}
	return `attachment; filename="` + ascii + `"; filename*=UTF-8''` + star.String()
}
