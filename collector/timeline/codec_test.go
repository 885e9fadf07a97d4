package timeline

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "write golden files that do not exist yet")

// goldenPieces are pieces of every form that the encoding has.
func goldenPieces() map[string]Piece {
	day := aDay(2880, 0.2)
	sparse := Piece{{Slot: day0 + 5, Step: 60_000, Outcome: Down, Level: 400, Evidence: "refused"}}
	flat := aDay(100, 0)
	far := aDay(50, 0.2)
	far[7].Level = 1
	none := aDay(10, 0.2)
	for i := range none {
		none[i].Level, none[i].Evidence, none[i].Outcome = 0, "", Unknown
	}
	steps := append(aDay(20, 0.2), Sample{Slot: day0 + 20*30_000, Step: 100, Outcome: Up})
	return map[string]Piece{"day": day, "sparse": sparse, "flat": flat, "far": far, "none": none, "steps": steps, "empty": {}}
}

// aDay is n results at 30 s around 20 ms, one in a thousand down with its evidence.
func aDay(n int, spread float64) Piece {
	rng := rand.New(rand.NewPCG(1, 2))
	p := make(Piece, n)
	for i := range p {
		l := Quantise(int64(20_000 * math.Exp(spread*rng.NormFloat64())))
		p[i] = Sample{Slot: day0 + int64(i)*30_000, Step: 30_000, Outcome: Up, Level: l, Evidence: "\x2a\xc8\x01\x0d192.0.2.1:443"}
		if rng.IntN(1000) == 0 {
			p[i].Outcome, p[i].Evidence = Down, fmt.Sprintf("no answer from 192.0.2.1:443 within 10 s (%d)", rng.Int64())
		}
	}
	return p
}

// Files in testdata were written by version 1 and decode for ever. The bytes
// that are written today may differ only with a new version.
func TestGoldenPiecesDecode(t *testing.T) {
	c := newCodec(t)
	for name, p := range goldenPieces() {
		path := filepath.Join("testdata", "v1-"+name)
		runs, detail := encode(t, c, p)
		if _, err := os.Stat(path + ".runs"); *update && err != nil {
			if err := errors.Join(os.WriteFile(path+".runs", runs, 0o644), os.WriteFile(path+".detail", detail, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		oldRuns, err1 := os.ReadFile(path + ".runs")
		oldDetail, err2 := os.ReadFile(path + ".detail")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		decoded, err := DecodeRuns(nil, oldRuns)
		if err != nil {
			t.Fatalf("%s: DecodeRuns: %v", name, err)
		}
		got, err := c.Decode(decoded, oldDetail)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: Decode = %d samples, %v; want %d", name, len(got), err, len(p))
		}
		if !bytes.Equal(runs, oldRuns) {
			t.Errorf("%s: runs are encoded otherwise than in version 1", name)
		}
	}
}

func TestNewerVersionsAreNamed(t *testing.T) {
	c := newCodec(t)
	if _, err := DecodeRuns(nil, []byte{9}); !errors.Is(err, ErrVersion) {
		t.Errorf("DecodeRuns(version 9) = %v, want ErrVersion", err)
	}
	if _, err := c.Decode(nil, []byte{9}); !errors.Is(err, ErrVersion) {
		t.Errorf("Decode(version 9) = %v, want ErrVersion", err)
	}
}

// Any damage is an error or another valid piece, never a panic.
func TestDamageIsNoticedOrHarmless(t *testing.T) {
	c := newCodec(t)
	p := aDay(300, 0.2)
	runs := p.AppendRuns(nil)
	_, detail := encode(t, c, p)
	for i := range detail {
		if _, err := c.Decode(runs, detail[:i]); err == nil {
			t.Errorf("Decode of the first %d of %d bytes succeeded", i, len(detail))
		}
		broken := bytes.Clone(detail)
		broken[i] ^= 0x55
		if got, err := c.Decode(runs, broken); err == nil && len(got) != len(p) {
			t.Errorf("Decode with byte %d broken = %d samples", i, len(got))
		}
	}
	if got, err := c.Decode(runs, detail); err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("Decode after so much damage = %d samples, %v", len(got), err)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	c := newCodec(t)
	if _, err := c.AppendDetail(nil, Piece{{Evidence: string(make([]byte, MaxEvidence+1))}}); err == nil {
		t.Error("AppendDetail took more than MaxEvidence")
	}
	if _, err := c.AppendDetail(nil, make(Piece, MaxSamples+1)); err == nil {
		t.Error("AppendDetail took more than MaxSamples")
	}
	runs := AppendRuns(nil, []Run{{First: 1, Step: 1, Count: MaxSamples, Outcome: Up}, {First: MaxSamples + 1, Step: 2, Count: 1, Outcome: Up}})
	if _, err := DecodeRuns(nil, runs); !errors.Is(err, ErrCorrupt) {
		t.Errorf("DecodeRuns of more than MaxSamples = %v, want ErrCorrupt", err)
	}
}

func FuzzDecode(f *testing.F) {
	c := newCodec(f)
	for _, p := range goldenPieces() {
		runs, detail := encode(f, c, p)
		f.Add(runs, detail)
	}
	f.Fuzz(func(t *testing.T, runs, detail []byte) {
		decoded, err := DecodeRuns(nil, runs)
		if err != nil {
			return
		}
		// The encoding of runs is canonical but for runs that continue each other.
		if again, err := DecodeRuns(nil, AppendRuns(nil, decoded)); err != nil || !reflect.DeepEqual(again, decoded) {
			t.Fatalf("runs %v read back as %v, %v", decoded, again, err)
		}
		p, err := c.Decode(decoded, detail)
		if err != nil {
			return
		}
		again, err := c.AppendDetail(nil, p)
		if err != nil {
			t.Fatal(err)
		}
		if q, err := c.Decode(decoded, again); err != nil || !reflect.DeepEqual(q, p) {
			t.Fatalf("a piece of %d samples read back as %d, %v", len(p), len(q), err)
		}
	})
}
