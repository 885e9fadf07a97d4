package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probity-sla/probity/internal/protocol"
)

// AgentRecord is one enrolment of an agent, and its last heartbeat.
type AgentRecord struct {
	Name        protocol.AgentID
	Location    protocol.Location
	Hash        string // of its token
	EnrolledAt  int64  // ms UTC
	EnrolledBy  string
	RevokedAt   int64               // ms UTC; 0: not revoked
	Heartbeat   *protocol.Heartbeat // nil: none yet
	HeartbeatAt int64               // ms UTC by our clock
}

const agentColumns = `a.name, a.location, a.hash, a.enrolled_at, a.enrolled_by, a.revoked_at,
	coalesce(h.received_at, 0), coalesce(h.body, '')
	FROM agents a LEFT JOIN heartbeats h ON h.agent = a.name`

// EnrolAgent adds an agent. A name that is enrolled and not revoked is ErrExists;
// a revoked one may be enrolled anew, with another token.
func (s *Store) EnrolAgent(ctx context.Context, a AgentRecord) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		var active int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM agents WHERE name = ? AND revoked_at = 0`, string(a.Name)).Scan(&active)
		if err != nil {
			return err
		}
		if active > 0 {
			return ErrExists
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO agents (name, location, hash, enrolled_at, enrolled_by, revoked_at)
			VALUES (?, ?, ?, ?, ?, 0)`, string(a.Name), string(a.Location), a.Hash, a.EnrolledAt, a.EnrolledBy)
		return existing(err)
	})
	return named(err, "enrol agent", string(a.Name))
}

// Agents returns the valid enrolment of each agent, or else the newest, revoked
// one, by name. The order of instants does not decide: a clock may be set back.
func (s *Store) Agents(ctx context.Context) ([]AgentRecord, error) {
	return all(ctx, s.reader, scanAgent, `SELECT `+agentColumns+` WHERE a.revoked_at = 0 OR NOT EXISTS (
		SELECT 1 FROM agents b WHERE b.name = a.name AND (b.revoked_at = 0 OR b.enrolled_at > a.enrolled_at)) ORDER BY a.name`)
}

// AgentByTokenHash returns the agent with that token, ErrNotFound when there is
// none. Whether it is revoked is for the caller to see.
func (s *Store) AgentByTokenHash(ctx context.Context, hash string) (AgentRecord, error) {
	return one(ctx, s.reader, scanAgent, `SELECT `+agentColumns+` WHERE a.hash = ?`, hash)
}

// RevokeAgent ends the enrolment of an agent: its token is no longer valid.
func (s *Store) RevokeAgent(ctx context.Context, name protocol.AgentID, at int64) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, `UPDATE agents SET revoked_at = ? WHERE revoked_at = 0 AND name = ?`,
			`SELECT count(*) FROM agents WHERE name = ?`, string(name), at)
	})
	return named(err, "revoke agent", string(name))
}

// SaveHeartbeat keeps the last heartbeat of an agent.
func (s *Store) SaveHeartbeat(ctx context.Context, agent protocol.AgentID, hb *protocol.Heartbeat, at int64) error {
	body, err := json.Marshal(hb)
	if err != nil {
		return fmt.Errorf("heartbeat of agent %s: %w", agent, err)
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO heartbeats (agent, received_at, body) VALUES (?, ?, ?)
			ON CONFLICT (agent) DO UPDATE SET received_at = excluded.received_at, body = excluded.body
			WHERE excluded.received_at >= heartbeats.received_at`, string(agent), at, string(body))
		return err
	})
}

func scanAgent(row scanner) (AgentRecord, error) {
	var a AgentRecord
	var body string
	err := row.Scan(&a.Name, &a.Location, &a.Hash, &a.EnrolledAt, &a.EnrolledBy, &a.RevokedAt, &a.HeartbeatAt, &body)
	if err != nil || body == "" {
		return a, err
	}
	a.Heartbeat = &protocol.Heartbeat{}
	if err := json.Unmarshal([]byte(body), a.Heartbeat); err != nil {
		return a, errors.Join(fmt.Errorf("heartbeat of agent %s", a.Name), err)
	}
	return a, nil
}
