package uplink

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// StatusError is an answer other than success.
type StatusError struct {
	Op         string
	Status     int
	Detail     string        // of the problem document, if there was one
	Ours       bool          // it was the collector that answered, not something in between
	RetryAfter time.Duration // 0 when the collector named none
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s: the collector answered %d %s", e.Op, e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Denied() {
		s += "; check collector.token_file, or enrol the agent again with `probity-collector agent enrol`"
	}
	if e.Status >= 300 && e.Status < 400 {
		s += "; collector.url must name the collector itself, redirects are not followed"
	}
	if e.refused() && !e.Ours {
		s += "; this is not the collector's own answer: look at the proxy in between, its limit on bodies for example"
	}
	return s
}

// Poison reports that the same request can never succeed: the collector itself
// says so. What a proxy refuses may pass once the proxy is mended.
func (e *StatusError) Poison() bool { return e.Ours && e.refused() }

func (e *StatusError) refused() bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// ourProblems begins the type of every problem that a collector tells.
const ourProblems = "urn:probity:problem:"

// Denied reports that the token is not, or not yet, accepted.
func (e *StatusError) Denied() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

func statusError(op string, resp *http.Response) *StatusError {
	e := &StatusError{Op: op, Status: resp.StatusCode, RetryAfter: retryAfter(resp)}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	var problem struct{ Type, Title, Detail string }
	if json.Unmarshal(body, &problem) == nil {
		e.Ours = strings.HasPrefix(problem.Type, ourProblems)
		e.Detail = problem.Title
		if problem.Detail != "" {
			e.Detail = problem.Detail
		}
	}
	return e
}

// retry says whether an attempt that ended so may be repeated within the call.
func (c *Client) retry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	c.m.requests(resp, err).Inc()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if ctx.Value(onceKey{}) != nil {
		return false, nil
	}
	if err != nil {
		return true, nil
	}
	return resp.StatusCode == http.StatusRequestTimeout || resp.StatusCode == http.StatusTooManyRequests ||
		resp.StatusCode >= 500, nil
}

// backoff is the wait before a retry: what the collector asks for, capped, or
// anything up to the exponential bound. Full jitter keeps a thousand agents that
// lost one collector from returning together.
func backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	if asked := retryAfter(resp); asked > 0 {
		return asked + rand.N(least)
	}
	bound := most
	if attempt < 20 {
		bound = min(most, least<<attempt)
	}
	return rand.N(bound) + time.Millisecond
}

// retryAfter reads the header as seconds or as a date, up to the cap.
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	h := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if n, err := strconv.ParseInt(h, 10, 64); err == nil && n > 0 {
		return time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(h); err == nil {
		return min(max(0, time.Until(at)), maxRetryAfter)
	}
	return 0
}

// Wait returns how long to wait before a call is repeated that failed for the
// given time in a row (1, 2, …).
func Wait(failures int) time.Duration {
	return backoff(minBackoff, maxBackoff, failures, nil)
}
