package protocol

// Field numbers of the binary batch; PROTOCOL.md, section 3. A number is never
// used again for something else.
const (
	fieldVersion        = 1
	fieldAgent          = 2
	fieldBoot           = 3
	fieldSeq            = 4
	fieldBase           = 5
	fieldStreamCheck    = 6
	fieldStreamInterval = 7
	fieldStreamFirst    = 8
	fieldText           = 9

	fieldStream    = 16
	fieldSlot      = 17
	fieldLateness  = 18
	fieldDuration  = 19
	fieldOutcome   = 20
	fieldCause     = 21
	fieldResolve   = 22
	fieldConnect   = 23
	fieldTLS       = 24
	fieldFirstByte = 25
	fieldTransfer  = 26
	fieldEndpoint  = 27
	fieldStatus    = 28
	fieldMessage   = 29
	fieldTLSExpiry = 30
	fieldSent      = 31
	fieldReceived  = 32

	fieldGapStream = 40
	fieldGapFrom   = 41
	fieldGapSpan   = 42
	fieldGapCount  = 43
	fieldGapReason = 44

	maxField = fieldGapReason
)

// resultColumn is a field of a result that is carried as it is, one value a
// result. The others (stream, slot, texts, expiry) refer to something.
type resultColumn struct {
	field uint32
	get   func(*Result) int64
	set   func([]Result, []int64)
}

var resultColumns = [...]resultColumn{
	{fieldLateness, func(r *Result) int64 { return r.Lateness.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Lateness = micros(x)
			}
		}},
	{fieldDuration, func(r *Result) int64 { return r.Duration.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Duration = micros(x)
			}
		}},
	{fieldOutcome, func(r *Result) int64 { return int64(r.Outcome) },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Outcome = Outcome(code(x))
			}
		}},
	{fieldCause, func(r *Result) int64 { return int64(r.Cause) },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Cause = Cause(code(x))
			}
		}},
	{fieldResolve, func(r *Result) int64 { return r.Phases.Resolve.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Phases.Resolve = micros(x)
			}
		}},
	{fieldConnect, func(r *Result) int64 { return r.Phases.Connect.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Phases.Connect = micros(x)
			}
		}},
	{fieldTLS, func(r *Result) int64 { return r.Phases.TLS.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Phases.TLS = micros(x)
			}
		}},
	{fieldFirstByte, func(r *Result) int64 { return r.Phases.FirstByte.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Phases.FirstByte = micros(x)
			}
		}},
	{fieldTransfer, func(r *Result) int64 { return r.Phases.Transfer.Microseconds() },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Phases.Transfer = micros(x)
			}
		}},
	{fieldStatus, func(r *Result) int64 { return int64(r.Status) },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Status = int(x)
			}
		}},
	{fieldSent, func(r *Result) int64 { return int64(r.Sent) },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Sent = int(x)
			}
		}},
	{fieldReceived, func(r *Result) int64 { return int64(r.Received) },
		func(r []Result, v []int64) {
			for i, x := range v {
				r[i].Received = int(x)
			}
		}},
}
