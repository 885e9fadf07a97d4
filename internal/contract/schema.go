package contract

import _ "embed"

//go:embed agreement.schema.json
var schema []byte

// Schema returns the JSON schema of agreement files, for completion in editors.
// The caller does not write to it.
func Schema() []byte { return schema }
