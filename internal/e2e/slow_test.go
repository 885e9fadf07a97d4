package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// slowBodies begins two pushes of slow-1 that never end. The function that it
// returns wants them to have been cut, and no one else to have waited for them.
func (h *hostileSite) slowBodies() func(*testing.T) {
	var conns []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", h.address)
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { c.Close() })
		fmt.Fprintf(c, "POST /api/v1/push HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 100000\r\n\r\n", h.slow, binaryBatch)
		go func() {
			for range time.Tick(500 * time.Millisecond) {
				if _, err := c.Write([]byte{0}); err != nil {
					return
				}
			}
		}()
		conns = append(conns, c)
	}
	return func(t *testing.T) {
		resp, answer, err := h.push(bytes.NewReader(nil), h.slow, "Content-Type", binaryBatch)
		if err != nil || resp.Header.Get("Retry-After") == "" {
			t.Errorf("a third push beside two that never end: %v %s; want to be asked to come again", err, answer)
		} else {
			wantProblem(t, "a third push beside two that never end", resp, answer, http.StatusTooManyRequests)
		}
		for _, c := range conns {
			c.SetReadDeadline(time.Now().Add(waitBound))
			// The end may be a reset: we are still sending.
			if answer, err := io.ReadAll(c); errors.Is(err, os.ErrDeadlineExceeded) || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
				t.Errorf("a body that never ends: %v %q; want 408 and the end of the connection", err, answer)
			}
		}
	}
}
