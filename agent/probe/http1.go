package probe

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

const errHeaderTooLong = plainError("the header is longer than 64 KiB")

// answerReader notes when the first byte came and bounds how many may come.
type answerReader struct {
	conn   net.Conn
	first  time.Time
	budget int64
	err    error // that ended the reading
}

func (a *answerReader) Read(p []byte) (int, error) {
	if a.budget <= 0 {
		a.err = errHeaderTooLong
		return 0, a.err
	}
	n, err := a.conn.Read(p[:min(int64(len(p)), a.budget)])
	if n > 0 && a.first.IsZero() {
		a.first = time.Now()
	}
	a.budget -= int64(n)
	a.err = err
	return n, err
}

// exchanger is the reusable memory of one HTTP/1.1 exchange.
type exchanger struct {
	answer answerReader
	reader *bufio.Reader
	body   bodyBuffer
}

var exchangers = sync.Pool{New: func() any {
	return &exchanger{reader: bufio.NewReaderSize(nil, 4096)}
}}

// exchange1 sends a request as HTTP/1.1 on a connection of its own and settles the answer.
func (p *httpPlan) exchange1(r *run, h *hop, conn net.Conn, followed int) (*hop, *fault) {
	x := exchangers.Get().(*exchanger)
	x.answer = answerReader{conn: conn, budget: MaxHeaderBytes}
	x.reader.Reset(&x.answer)
	defer func() {
		x.answer = answerReader{}
		x.body.reset()
		exchangers.Put(x)
	}()
	sent := time.Now()
	_, sendErr := conn.Write(h.wire)
	// A server may answer and close before it has read the request: the answer counts.
	resp, err := readAnswer(x.reader, h.req)
	if !x.answer.first.IsZero() {
		r.res.Phases.FirstByte += x.answer.first.Sub(sent)
	}
	if err != nil {
		switch {
		case sendErr != nil:
			err = sendErr
		case x.answer.err != nil:
			err = x.answer.err // half a header is malformed because it ended
		}
		return nil, r.fail(exchanging, r.res.Endpoint, err)
	}
	x.answer.budget = 1<<63 - 1 // the body has its own bound
	next, f := p.settle(r, h, resp, &x.body, followed)
	r.res.Phases.Transfer += sinceFirst(x.answer.first)
	return next, f
}

// readAnswer reads a response's header, past any interim ones. The body is not
// closed: that would read the rest of it; the connection is.
func readAnswer(br *bufio.Reader, req *http.Request) (*http.Response, error) {
	for range maxInterim {
		resp, err := http.ReadResponse(br, req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, nil
		}
	}
	return nil, plainError("more than 8 interim answers")
}
