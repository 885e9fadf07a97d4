package collector

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/web"
)

// ackLinkFor is how long a link to acknowledge an incident works.
const ackLinkFor = 7 * 24 * time.Hour

// ackSecret names the key in the store that signs these links.
const ackSecret = "ack-links"

// ackClaim is what a link stands for: one person's answer to one incident since
// it was opened, or reopened for the last time. A reopening wants its own answer.
type ackClaim struct {
	incident, person string
	reopened         int   // how often the incident had been reopened
	expires          int64 // ms UTC
}

// ackURL is the address at which one person acknowledges an incident.
func (c *collector) ackURL(ctx context.Context, i *incident.Incident, person string, now int64) (string, error) {
	key, err := c.db.Secret(ctx, ackSecret)
	if err != nil {
		return "", err
	}
	return c.pageURL("/ack?t=" + signAck(key, ackClaim{i.ID, person, i.Reopened, now + ackLinkFor.Milliseconds()})), nil
}

// signAck makes a token: what it stands for, and an HMAC-SHA256 over that.
// With the longest names of people and channels it is within web.MaxAckTokenBytes.
func signAck(key []byte, c ackClaim) string {
	claim := strings.Join([]string{c.incident, c.person, strconv.Itoa(c.reopened), strconv.FormatInt(c.expires, 10)}, "\n")
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(claim)) + "." + enc.EncodeToString(ackMAC(key, claim))
}

func ackMAC(key []byte, claim string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("ack\n" + claim))
	return m.Sum(nil)
}

// readAck returns what a token stands for, false for one that was not signed with key.
func readAck(key []byte, token string) (ackClaim, bool) {
	body, sum, ok := strings.Cut(token, ".")
	if !ok || len(token) > web.MaxAckTokenBytes {
		return ackClaim{}, false
	}
	claim, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return ackClaim{}, false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(sum)
	if err != nil || !hmac.Equal(mac, ackMAC(key, string(claim))) {
		return ackClaim{}, false
	}
	part := strings.Split(string(claim), "\n")
	if len(part) != 4 {
		return ackClaim{}, false
	}
	reopened, err := strconv.Atoi(part[2])
	if err != nil {
		return ackClaim{}, false
	}
	expires, err := strconv.ParseInt(part[3], 10, 64)
	return ackClaim{part[0], part[1], reopened, expires}, err == nil
}

// VerifyAckLink returns what a token stands for. One from before the incident
// was reopened expired with that.
func (v views) VerifyAckLink(ctx context.Context, token string) (web.AckLink, error) {
	key, err := v.c.db.Secret(ctx, ackSecret)
	if err != nil {
		return web.AckLink{}, err
	}
	claim, ok := readAck(key, token)
	if !ok {
		return web.AckLink{}, web.ErrNotFound
	}
	r, err := v.c.db.IncidentByID(ctx, claim.incident)
	if err != nil {
		return web.AckLink{}, inWebWords(err)
	}
	i, err := incidentOf(&r)
	if err != nil {
		return web.AckLink{}, err
	}
	link := web.AckLink{Incident: claim.incident, Person: claim.person, ExpiresAt: claim.expires}
	if claim.reopened != i.Reopened {
		link.ExpiresAt = min(link.ExpiresAt, i.ReopenedAt)
	}
	return link, nil
}
