package collector

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/web"
)

// ackLinkFor is how long a link to acknowledge an incident works.
const ackLinkFor = 7 * 24 * time.Hour

// ackSecret names the key in the store that signs these links.
const ackSecret = "ack-links"

// maxAckToken bounds what is read of a token, bytes.
const maxAckToken = 1024

// ackURL is the address at which one person acknowledges one incident.
func (c *collector) ackURL(ctx context.Context, incident, person string, now int64) (string, error) {
	key, err := c.db.Secret(ctx, ackSecret)
	if err != nil {
		return "", err
	}
	return c.pageURL("/ack?t=" + signAck(key, incident, person, now+ackLinkFor.Milliseconds())), nil
}

// signAck makes a token: what it stands for, and an HMAC-SHA256 over that.
func signAck(key []byte, incident, person string, expires int64) string {
	claim := strings.Join([]string{incident, person, strconv.FormatInt(expires, 10)}, "\n")
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(claim)) + "." + enc.EncodeToString(ackMAC(key, claim))
}

func ackMAC(key []byte, claim string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("ack\n" + claim))
	return m.Sum(nil)
}

// readAck returns what a token stands for, false for one that was not signed with key.
func readAck(key []byte, token string) (web.AckLink, bool) {
	body, sum, ok := strings.Cut(token, ".")
	if !ok || len(token) > maxAckToken {
		return web.AckLink{}, false
	}
	claim, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return web.AckLink{}, false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(sum)
	if err != nil || !hmac.Equal(mac, ackMAC(key, string(claim))) {
		return web.AckLink{}, false
	}
	part := strings.Split(string(claim), "\n")
	if len(part) != 3 {
		return web.AckLink{}, false
	}
	expires, err := strconv.ParseInt(part[2], 10, 64)
	return web.AckLink{Incident: part[0], Person: part[1], ExpiresAt: expires}, err == nil
}

// VerifyAckLink returns what a token stands for.
func (v views) VerifyAckLink(ctx context.Context, token string) (web.AckLink, error) {
	key, err := v.c.db.Secret(ctx, ackSecret)
	if err != nil {
		return web.AckLink{}, err
	}
	link, ok := readAck(key, token)
	if !ok {
		return web.AckLink{}, web.ErrNotFound
	}
	return link, nil
}
