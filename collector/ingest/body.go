package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// The media types of a batch.
const (
	binaryType = "application/x-probity-batch"
	jsonType   = "application/json"
)

// maxPooledBody keeps one large push from pinning memory for ever.
const maxPooledBody = 1 << 20

// limitRead gives a request the body timeout from now on: a slow peer holds
// nothing for longer, be it known to us or not.
func (h *Handler) limitRead(w http.ResponseWriter) {
	// Fails only where there is no connection, as in a test.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.opts.BodyTimeout))
}

// readBody reads a request's body into memory, at most limit bytes, within
// what limitRead left of the body timeout. The caller gives the buffer back with freeBody.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request, limit int64) (*bytes.Buffer, *problem) {
	if r.ContentLength > limit {
		return nil, bodyTooLarge(limit)
	}
	buf := h.bodies.Get().(*bytes.Buffer)
	_, err := io.Copy(buf, http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		// Else the deadline would end the request while its batch is committed.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		h.meters.bodyBytes.Add(buf.Len())
		return buf, nil
	}
	h.freeBody(buf)
	var timeout net.Error
	switch {
	case tooLarge(err):
		return nil, bodyTooLarge(limit)
	case errors.As(err, &timeout) && timeout.Timeout():
		p := problemOf(http.StatusRequestTimeout, "timeout", fmt.Sprintf("the body did not arrive within %v; send it again", h.opts.BodyTimeout))
		p.close = true
		return nil, p
	default:
		p := problemOf(http.StatusRequestTimeout, "timeout", "the body ended early; send it again")
		p.close = true
		return nil, p
	}
}

func bodyTooLarge(limit int64) *problem {
	p := problemOf(http.StatusRequestEntityTooLarge, "too-large", fmt.Sprintf("the body is larger than %d bytes; send less at once", limit))
	p.close = true
	return p
}

func (h *Handler) freeBody(buf *bytes.Buffer) {
	if buf.Cap() <= maxPooledBody {
		buf.Reset()
		h.bodies.Put(buf)
	}
}

// decode reads the batch in a body as the request's headers describe it.
func (h *Handler) decode(head http.Header, body []byte) (*protocol.Batch, *problem) {
	media, _, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil || media != binaryType && media != jsonType {
		return nil, problemOf(http.StatusUnsupportedMediaType, "unsupported",
			"Content-Type "+quote(head.Get("Content-Type"))+" is not read; send "+binaryType+" or "+jsonType)
	}
	switch encoding := head.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "zstd":
		scratch := h.bodies.Get().(*bytes.Buffer)
		defer h.freeBody(scratch)
		if body, err = h.unpack.Decompress(scratch.AvailableBuffer(), body); err != nil {
			return nil, malformed(err)
		}
		scratch.Write(body) // so that the next body finds room
	default:
		return nil, problemOf(http.StatusUnsupportedMediaType, "unsupported",
			"Content-Encoding "+quote(encoding)+" is not read; send zstd or identity")
	}
	h.meters.decodedBytes.Add(len(body))
	b := new(protocol.Batch) // new for each push: the store may hold on to it
	if media == jsonType {
		err = protocol.DecodeBatchJSON(body, b)
	} else {
		err = protocol.DecodeBatch(body, b)
	}
	if err == nil {
		err = b.Validate()
	}
	if err != nil {
		return nil, malformed(err)
	}
	return b, nil
}

func malformed(err error) *problem {
	if tooLarge(err) {
		return problemOf(http.StatusRequestEntityTooLarge, "too-large", err.Error()+"; send less at once")
	}
	return problemOf(http.StatusBadRequest, "malformed", err.Error())
}
