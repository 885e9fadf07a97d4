package store

import (
	"context"
	"fmt"
	"reflect"
	"testing"
)

func TestOverridesAreNeverRewritten(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	a := OverrideRecord{ID: "b", Rotation: "primary", Person: "anna", From: 100, To: 200, CreatedBy: "ann", CreatedAt: 10}
	b := OverrideRecord{ID: "a", Rotation: "second", Person: "ben", From: 150, To: 250, CreatedBy: "ann", CreatedAt: 20}
	must(t, s.AddOverride(ctx, a))
	must(t, s.AddOverride(ctx, b))
	wantErr(t, "AddOverride again", s.AddOverride(ctx, a), ErrExists)
	must(t, s.RevokeOverride(ctx, "b", "bob", 30))
	wantErr(t, "RevokeOverride again", s.RevokeOverride(ctx, "b", "eve", 31), ErrSettled)
	wantErr(t, "RevokeOverride of none", s.RevokeOverride(ctx, "c", "eve", 31), ErrNotFound)
	a.RevokedAt, a.RevokedBy = 30, "bob"
	for _, c := range []struct {
		rotation string
		from, to int64
		want     []OverrideRecord
	}{
		{"", 0, 1000, []OverrideRecord{a, b}},
		{"primary", 199, 200, []OverrideRecord{a}},
		{"primary", 200, 300, nil},
		{"", 0, 100, nil},
		{"second", 0, 151, []OverrideRecord{b}},
	} {
		if got, err := s.Overrides(ctx, c.rotation, c.from, c.to); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("Overrides(%q, %d, %d) = %+v, %v; want %+v", c.rotation, c.from, c.to, got, err, c.want)
		}
	}
}

func TestASecretIsMadeOnce(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	other := openStore(t, path)
	defer other.Close()
	got := make(chan string, 2)
	for _, s := range []*Store{s, other} {
		go func() {
			secret, err := s.Secret(ctx, "ack")
			got <- fmt.Sprint(secret, err)
		}()
	}
	if a, b := <-got, <-got; a != b {
		t.Errorf("Secret = %s and %s in two processes", a, b)
	}
	a, err1 := s.Secret(ctx, "ack")
	b, err2 := s.Secret(ctx, "customer")
	if err1 != nil || err2 != nil || len(a) != secretBytes || len(b) != secretBytes || string(a) == string(b) {
		t.Errorf("Secret = %x, %v and %x, %v; want two of %d bytes", a, err1, b, err2, secretBytes)
	}
}

// A receiver with a great backlog keeps nobody waiting: each has its share of
// what is looked at together, also behind it.
func TestABacklogStarvesNoReceiver(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	const limit = 4096
	w := IncidentWrite{}
	for i := range limit + 100 {
		w.Notifications = append(w.Notifications, Notification{Key: fmt.Sprint("k", i), Receiver: "hook", NextAt: 1})
	}
	for i := range 3 {
		w.Notifications = append(w.Notifications, Notification{Key: fmt.Sprint("k", i), Receiver: "mail", NextAt: 1})
	}
	must(t, s.SaveIncident(ctx, w))
	got, err := s.DueNotifications(ctx, 5, limit)
	must(t, err)
	of := map[string]int{}
	for i, n := range got {
		of[n.Receiver]++
		if i > 0 && got[i-1].ID >= n.ID {
			t.Fatalf("DueNotifications: %d comes after %d, want oldest first", n.ID, got[i-1].ID)
		}
	}
	if of["mail"] != 3 || of["hook"] != limit-3 {
		t.Errorf("DueNotifications of a backlog = %v; want all 3 of mail beside it", of)
	}
	if got, err := s.DueNotifications(ctx, 5, 4); err != nil || len(got) != 4 || got[2].Receiver != "mail" || got[3].Receiver != "mail" {
		t.Errorf("DueNotifications(limit 4) = %+v, %v; want two of each", got, err)
	}
}
