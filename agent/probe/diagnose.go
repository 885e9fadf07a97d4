package probe

import (
	"context"
	"fmt"
	"time"

	probing "github.com/prometheus-community/pro-bing"
)

// A diagnosis sends diagnosisEchoes, diagnosisSpacing apart, and waits diagnosisWait for the last.
const (
	diagnosisEchoes  = 10
	diagnosisSpacing = 50 * time.Millisecond
	diagnosisWait    = time.Second
)

// Diagnosis is the state of a path: what was lost, and how steady it is.
type Diagnosis struct {
	Address        string
	Sent, Received int
	Duplicates     int
	Loss           float64 // share lost, in [0, 1]
	Min, Avg, Max  time.Duration
	Jitter         time.Duration // standard deviation of the round trips
}

// Diagnose measures loss and jitter to a host with echoes on a socket of its
// own, beside the checks: for people who look into a fault, not for verdicts.
// It returns an error when the name does not resolve or ICMP is not permitted.
func Diagnose(ctx context.Context, host string) (Diagnosis, error) {
	pinger, err := measure(ctx, host, false)
	if denied(err) {
		if pinger, err = measure(ctx, host, true); denied(err) {
			err = errICMPForbidden
		}
	}
	if err != nil {
		return Diagnosis{}, fmt.Errorf("diagnose %s: %w", host, err)
	}
	s := pinger.Statistics()
	return Diagnosis{Address: s.IPAddr.String(), Sent: s.PacketsSent, Received: s.PacketsRecv,
		Duplicates: s.PacketsRecvDuplicates, Loss: s.PacketLoss / 100,
		Min: s.MinRtt, Avg: s.AvgRtt, Max: s.MaxRtt, Jitter: s.StdDevRtt}, nil
}

// measure runs one pinger; one that failed cannot be run again.
func measure(ctx context.Context, host string, privileged bool) (*probing.Pinger, error) {
	pinger := probing.New(host)
	pinger.SetLogger(probing.NoopLogger{})
	pinger.SetPrivileged(privileged)
	pinger.Count, pinger.Interval = diagnosisEchoes, diagnosisSpacing
	pinger.Timeout = diagnosisEchoes*diagnosisSpacing + diagnosisWait
	pinger.ResolveTimeout = diagnosisWait
	if deadline, ok := ctx.Deadline(); ok {
		pinger.ResolveTimeout = min(pinger.ResolveTimeout, time.Until(deadline))
	}
	if err := pinger.Resolve(); err != nil {
		return nil, err
	}
	return pinger, pinger.RunWithContext(ctx)
}
