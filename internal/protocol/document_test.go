package protocol

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The examples and numbers of PROTOCOL.md hold.
func TestDocument(t *testing.T) {
	raw, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	decoders := map[string]func(string) error{
		"4. JSON batch": func(s string) error { return DecodeBatchJSON([]byte(s), &Batch{}) },
		"5. Assignment and heartbeat": func(s string) error {
			if strings.Contains(s, `"checks": [`) {
				_, err := DecodeAssignment([]byte(s))
				return err
			}
			_, err := DecodeHeartbeat([]byte(s))
			return err
		},
		"2. HTTP": func(s string) error { return json.Unmarshal([]byte(s), &map[string]any{}) },
	}
	examples := 0
	for _, section := range strings.Split(string(raw), "\n## ")[1:] {
		title, body, _ := strings.Cut(section, "\n")
		decode := decoders[title]
		if decode == nil {
			continue
		}
		for _, block := range regexp.MustCompile(`(?m)^    \{(.*\n(    .*\n)*)`).FindAllString(body, -1) {
			examples++
			if err := decode(block); err != nil {
				t.Errorf("section %q: the example\n%s\n%v", title, block, err)
			}
		}
	}
	if examples != 5 {
		t.Errorf("%d examples were tried; want 5", examples)
	}
	for _, word := range append(append(causeNames[1:], gapNames...), outcomeNames...) {
		if !strings.Contains(string(raw), "`"+word+"`") {
			t.Errorf("the word %q is not described", word)
		}
	}
	for name, field := range map[string]int{"stream_check": fieldStreamCheck, "text": fieldText, "slot_ms": fieldSlot, "tls_expiry_ms": fieldTLSExpiry,
		"gap_reason": fieldGapReason, "received": fieldReceived, "duration_us": fieldDuration, "message": fieldMessage, "status": fieldStatus} {
		if !strings.Contains(string(raw), fmt.Sprintf(" %s = %d;", name, field)) {
			t.Errorf("field %s is not described with number %d", name, field)
		}
	}
}
