package probe

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// redirected makes the hop that a redirect asks for, if the check allows it.
func (p *httpPlan) redirected(from *hop, resp *http.Response, followed int) (*hop, *fault) {
	if followed >= p.follow {
		return nil, faultf(protocol.CauseRedirect, "more redirects than http.max_redirects = %d", p.follow)
	}
	to, err := from.url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return nil, faultf(protocol.CauseRedirect, "the redirect's Location is not a URL")
	}
	stays := sameAuthority(from.url, to)
	if !stays && !p.leave {
		return nil, faultf(protocol.CauseRedirect, "redirect to %s://%s leaves the authority; http.follow_authority would allow it",
			to.Scheme, to.Host)
	}
	if stays && to.User == nil {
		to.User = from.url.User
	}
	method, body := from.req.Method, p.spec.Body
	keeps := resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect
	if !keeps && method != http.MethodHead {
		method, body = http.MethodGet, ""
	}
	var headers []protocol.Header
	if sameAuthority(p.first.url, to) {
		headers = p.spec.Headers // never to others: they may hold credentials
	}
	next, err := p.newHop(to, method, body, headers)
	if err != nil {
		return nil, faultf(protocol.CauseRedirect, "the redirect leads to no place that can be probed")
	}
	return next, nil
}

// sameAuthority says whether a redirect stays: same host and port, or the same
// host's step from http to https on their usual ports. Never back to http.
func sameAuthority(from, to *url.URL) bool {
	if !strings.EqualFold(from.Hostname(), to.Hostname()) {
		return false
	}
	if from.Scheme == to.Scheme {
		return portOf(from) == portOf(to)
	}
	return from.Scheme == "http" && to.Scheme == "https" && portOf(from) == 80 && portOf(to) == 443
}
