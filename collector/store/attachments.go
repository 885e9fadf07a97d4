package store

import (
	"context"
	"database/sql"
	"fmt"
)

// AttachmentRecord is a file that came with a reported fault. It never changes.
type AttachmentRecord struct {
	N      int    // 1, 2, …
	Name   string // as the customer wrote it: never a path to write to
	Type   string // the media type that the caller found in the bytes
	SHA256 string
	Data   []byte
}

func saveAttachment(ctx context.Context, tx *sql.Tx, fault string, a AttachmentRecord) error {
	if err := bounded("file", len(a.Data), MaxAttachmentBytes); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO fault_attachments (fault, n, name, type, sha256, data) VALUES (?, ?, ?, ?, ?, ?)`,
		fault, a.N, a.Name, a.Type, a.SHA256, blob(a.Data))
	return existing(err)
}

// FaultAttachment returns a file of a reported fault, ErrNotFound when there is none.
func (s *Store) FaultAttachment(ctx context.Context, fault string, n int) (AttachmentRecord, error) {
	a, err := one(ctx, s.reader, scanAttachment, `SELECT n, name, type, sha256, data FROM fault_attachments
		WHERE fault = ? AND n = ?`, fault, n)
	return a, named(err, fmt.Sprintf("file %d of fault", n), fault)
}

func scanAttachment(row scanner) (AttachmentRecord, error) {
	var a AttachmentRecord
	err := row.Scan(&a.N, &a.Name, &a.Type, &a.SHA256, &a.Data)
	return a, err
}
