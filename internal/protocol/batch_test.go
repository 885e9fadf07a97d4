package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/easyproto"
	"pgregory.net/rapid"
)

func readGolden(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGoldenBatchesDecodeForEver(t *testing.T) {
	for _, tt := range []struct {
		file   string
		decode func([]byte, *Batch) error
	}{{"batch-v1.bin", DecodeBatch}, {"batch-v1.json", DecodeBatchJSON}} {
		var got Batch
		if err := tt.decode(readGolden(t, tt.file), &got); err != nil {
			t.Errorf("%s: %v", tt.file, err)
			continue
		}
		if want := golden(); !reflect.DeepEqual(&got, want) {
			t.Errorf("%s decodes to\n%+v; want\n%+v", tt.file, got, want)
		}
	}
}

func TestBatchRoundTrip(t *testing.T) {
	for _, b := range []*Batch{golden(), typical(1000, 10), typical(3, 1), {Agent: "a", Seq: 1}, {Gaps: golden().Gaps}} {
		var got Batch
		if err := DecodeBatch(AppendBatch([]byte("prefix"), b)[6:], &got); err != nil {
			t.Fatalf("DecodeBatch(AppendBatch(%d results)) = %v", len(b.Results), err)
		}
		equalBatch(t, &got, b)
		data, err := EncodeBatchJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := DecodeBatchJSON(data, &got); err != nil {
			t.Fatalf("DecodeBatchJSON(EncodeBatchJSON(%d results)) = %v", len(b.Results), err)
		}
		equalBatch(t, &got, b)
	}
}

func equalBatch(t interface{ Fatalf(string, ...any) }, got, want *Batch) {
	if got.Agent != want.Agent || got.Boot != want.Boot || got.Seq != want.Seq || len(got.Results) != len(want.Results) || len(got.Gaps) != len(want.Gaps) {
		t.Fatalf("got %+v; want %+v", got, want)
	}
	for i := range want.Results {
		if got.Results[i] != want.Results[i] {
			t.Fatalf("result %d is %+v; want %+v", i, got.Results[i], want.Results[i])
		}
	}
	for i := range want.Gaps {
		if got.Gaps[i] != want.Gaps[i] {
			t.Fatalf("gap %d is %+v; want %+v", i, got.Gaps[i], want.Gaps[i])
		}
	}
}

// Whatever the values, valid or not, the binary form keeps them.
func TestBinaryKeepsAnyBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyBatch(t)
		var got Batch
		if err := DecodeBatch(AppendBatch(nil, want), &got); err != nil {
			t.Fatalf("DecodeBatch = %v", err)
		}
		equalBatch(t, &got, want)
	})
}

func anyBatch(t *rapid.T) *Batch {
	us := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "us")) * time.Microsecond
	})
	small, str := rapid.Int64Range(-1<<40, 1<<40), rapid.StringN(0, 5, -1)
	result := rapid.Custom(func(t *rapid.T) Result {
		return Result{CheckID(rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "check")), rapid.Int64().Draw(t, "slot"),
			us.Draw(t, "interval"), us.Draw(t, "lateness"), us.Draw(t, "duration"),
			Outcome(rapid.Uint8().Draw(t, "outcome")), Cause(rapid.Uint8().Draw(t, "cause")),
			Phases{us.Draw(t, "r"), us.Draw(t, "c"), us.Draw(t, "t"), us.Draw(t, "f"), us.Draw(t, "x")},
			str.Draw(t, "endpoint"), int(small.Draw(t, "status")), str.Draw(t, "message"), rapid.Int64().Draw(t, "expiry"),
			int(small.Draw(t, "sent")), int(small.Draw(t, "received"))}
	})
	gap := rapid.Custom(func(t *rapid.T) Gap {
		return Gap{CheckID(str.Draw(t, "check")), rapid.Int64().Draw(t, "from"), rapid.Int64().Draw(t, "to"),
			rapid.Int64().Draw(t, "count"), us.Draw(t, "interval"), GapReason(rapid.Uint8().Draw(t, "reason"))}
	})
	return &Batch{Agent: AgentID(str.Draw(t, "agent")), Seq: rapid.Uint64().Draw(t, "seq"),
		Results: rapid.SliceOfN(result, 0, 20).Draw(t, "results"), Gaps: rapid.SliceOfN(gap, 0, 5).Draw(t, "gaps")}
}

func TestDecodeBatchReusesMemory(t *testing.T) {
	var b Batch
	if err := DecodeBatch(AppendBatch(nil, typical(100, 10)), &b); err != nil {
		t.Fatal(err)
	}
	first := &b.Results[0]
	data := AppendBatch(nil, golden())
	if err := DecodeBatch(data, &b); err != nil {
		t.Fatal(err)
	}
	if first != &b.Results[0] {
		t.Error("DecodeBatch took new memory for fewer results")
	}
	clear(data)
	equalBatch(t, &b, golden())
}

func TestDecodeBatchRefuses(t *testing.T) {
	message := func(build func(*easyproto.MessageMarshaler)) []byte {
		var m easyproto.Marshaler
		mm := m.MessageMarshaler()
		mm.AppendUint64(fieldVersion, Version)
		build(mm)
		return m.Marshal(nil)
	}
	big := &Batch{Seq: 1, Results: make([]Result, MaxBatchResults+1)}
	tests := []struct {
		name, want string
		in         []byte
	}{
		{"nothing", "version 0 is not known", nil},
		{"another version", "version 0 is not known; this program reads version 1", AppendBatch(nil, golden())[2:]},
		{"a torn tail", "decode batch: ", AppendBatch(nil, golden())[:200]},
		{"too many bytes", "4194305 batch bytes", make([]byte, MaxBatchBytes+1)},
		{"too many results", "10001 results in a batch", AppendBatch(nil, big)},
		{"too many streams", "streams in a batch", message(func(mm *easyproto.MessageMarshaler) {
			for range MaxBatchResults + MaxBatchGaps + 1 {
				mm.AppendString(fieldStreamCheck, "c")
			}
		})},
		{"a field twice", "field 4 occurs twice", message(func(mm *easyproto.MessageMarshaler) { mm.AppendUint64(fieldSeq, 1); mm.AppendUint64(fieldSeq, 2) })},
		{"a short boot", "field 3 has the wrong type", message(func(mm *easyproto.MessageMarshaler) { mm.AppendBytes(fieldBoot, []byte{1}) })},
		{"a stream out of range", "outside its table", message(func(mm *easyproto.MessageMarshaler) { mm.AppendInt64s(fieldStream, []int64{0}) })},
		{"a text out of range", "outside its table", message(func(mm *easyproto.MessageMarshaler) {
			mm.AppendString(fieldStreamCheck, "c")
			mm.AppendInt64s(fieldStream, []int64{0})
			mm.AppendInt64s(fieldMessage, []int64{1})
		})},
		{"a short column", "field 19: a column ends early", message(func(mm *easyproto.MessageMarshaler) {
			mm.AppendString(fieldStreamCheck, "c")
			mm.AppendInt64s(fieldStream, []int64{0, 0})
			mm.AppendInt64s(fieldDuration, []int64{1})
		})},
		{"a long column", "field 19: a column is longer", message(func(mm *easyproto.MessageMarshaler) { mm.AppendInt64s(fieldDuration, []int64{1}) })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := DecodeBatch(tt.in, &Batch{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("DecodeBatch = %v; want %q in it", err, tt.want)
			}
			var limit *LimitError
			if strings.HasPrefix(tt.name, "too many") != errors.As(err, &limit) {
				t.Errorf("DecodeBatch = %T; want a *LimitError only for what is too large", err)
			}
		})
	}
}

func TestUnknownFieldsAreSkipped(t *testing.T) {
	data := AppendBatch(nil, golden())
	data = append(data, 0xf8, 0x07, 0x01) // field 127, varint
	var got Batch
	if err := DecodeBatch(data, &got); err != nil {
		t.Fatalf("DecodeBatch with a field of a later revision = %v; want nil", err)
	}
	equalBatch(t, &got, golden())
}

func TestDecodeBatchJSONRefuses(t *testing.T) {
	head := `{"version":1,"agent":"a","boot":"000102030405060708090a0b0c0d0e0f","seq":1`
	tests := []struct{ name, in, want string }{
		{"nothing", "", "empty JSON"},
		{"an unknown key", head + `,"x":1}`, `unknown field "x"`},
		{"an unknown key in a result", head + `,"results":[{"chekc":"a"}]}`, `item 0: json: unknown field "chekc"`},
		{"a tail", head + `}{}`, "something follows"},
		{"another version", `{"version":2}`, "version 2 is not known"},
		{"a short boot", `{"version":1,"boot":"00"}`, "32 hexadecimal digits"},
		{"too many results", head + `,"results":[` + strings.Repeat("{},", MaxBatchResults) + `{}]}`, "more than 10000 results"},
		{"too many gaps", head + `,"gaps":[` + strings.Repeat("{},", MaxBatchGaps) + `{}]}`, "more than 10000 gaps"},
		{"too many bytes", strings.Repeat(" ", MaxBatchBytes+1), "batch bytes"},
	}
	for _, tt := range tests {
		if err := DecodeBatchJSON([]byte(tt.in), &Batch{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: DecodeBatchJSON = %v; want %q in it", tt.name, err, tt.want)
		}
	}
	var b Batch
	in := head + `,"results":[{"check":"a","slot_ms":1,"interval_us":1000000,"outcome":"sideways"}]}`
	if err := DecodeBatchJSON([]byte(in), &b); err != nil {
		t.Fatalf("an unknown outcome costs the batch: %v", err)
	}
	if err := b.Results[0].Validate(); err == nil || !strings.Contains(err.Error(), "outcome code-255 is not known") {
		t.Errorf("Validate of an unknown outcome = %v", err)
	}
}

func TestDecompress(t *testing.T) {
	c, err := NewCompressor()
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDecompressor(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	data := AppendBatch(nil, typical(1000, 10))
	back, err := d.Decompress(nil, c.Compress(nil, data))
	if err != nil || !bytes.Equal(back, data) {
		t.Errorf("Decompress(Compress(%d bytes)) = %d bytes, %v", len(data), len(back), err)
	}
	var limit *LimitError
	if _, err := d.Decompress(nil, c.Compress(nil, make([]byte, 1<<20+1))); !errors.As(err, &limit) {
		t.Errorf("Decompress of a bomb = %v; want a *LimitError", err)
	}
	two := c.Compress(c.Compress(nil, make([]byte, 1<<19+1)), make([]byte, 1<<19))
	if _, err := d.Decompress(nil, two); !errors.As(err, &limit) {
		t.Errorf("Decompress of two frames that are too large together = %v; want a *LimitError", err)
	}
	if _, err := d.Decompress(nil, []byte("not zstd")); err == nil || errors.As(err, &limit) {
		t.Errorf("Decompress of garbage = %v; want another error", err)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add(AppendBatch(nil, golden()))
	f.Add(AppendBatch(nil, typical(50, 10)))
	f.Add(AppendBatch(nil, &Batch{}))
	f.Add([]byte("\x08\x01\x82\x01\x02\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b, again Batch
		if DecodeBatch(data, &b) != nil {
			return
		}
		for i := range b.Results {
			_ = b.Results[i].Validate()
		}
		for i := range b.Gaps {
			_ = b.Gaps[i].Validate()
		}
		_ = b.Validate()
		if err := DecodeBatch(AppendBatch(nil, &b), &again); err != nil {
			t.Fatalf("what was decoded cannot be decoded again: %v", err)
		}
		equalBatch(t, &again, &b)
	})
}

func FuzzDecodeBatchJSON(f *testing.F) {
	data, err := EncodeBatchJSON(golden())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"version":1,"agent":"a","boot":"000102030405060708090a0b0c0d0e0f","seq":1,"results":[{"outcome":"x","phases":null}],"gaps":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b, again Batch
		if DecodeBatchJSON(data, &b) != nil {
			return
		}
		if err := DecodeBatch(AppendBatch(nil, &b), &again); err != nil {
			t.Fatalf("what JSON gave cannot be sent as binary: %v", err)
		}
		equalBatch(t, &again, &b)
	})
}

func BenchmarkEncodeBatch(b *testing.B) {
	for _, per := range []int{1, 10} {
		b.Run(fmt.Sprintf("%d-per-check", per), func(b *testing.B) {
			batch := typical(1000, per)
			dst := AppendBatch(nil, batch)
			c, err := NewCompressor()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				dst = AppendBatch(dst[:0], batch)
			}
			b.ReportMetric(float64(len(dst))/1000, "B/result")
			b.ReportMetric(float64(len(c.Compress(nil, dst)))/1000, "zstd-B/result")
		})
	}
}

func BenchmarkDecodeBatch(b *testing.B) {
	for _, per := range []int{1, 10} {
		b.Run(fmt.Sprintf("%d-per-check", per), func(b *testing.B) {
			data := AppendBatch(nil, typical(1000, per))
			var batch Batch
			b.ReportAllocs()
			for b.Loop() {
				if err := DecodeBatch(data, &batch); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeBatchJSON(b *testing.B) {
	data, err := EncodeBatchJSON(typical(1000, 10))
	if err != nil {
		b.Fatal(err)
	}
	var batch Batch
	for b.Loop() {
		if err := DecodeBatchJSON(data, &batch); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompress(b *testing.B) {
	data := AppendBatch(nil, typical(1000, 10))
	c, err := NewCompressor()
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	for b.Loop() {
		dst = c.Compress(dst[:0], data)
	}
}
