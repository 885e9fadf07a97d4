package e2e

import (
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// reloadToken opens POST /-/reload of an agent.
const reloadToken = "reload-of-tests"

const agentConfig = `
agent = %q
data_dir = %q

[collector]
url = %q
token_file = %q
poll_interval = "200ms"
heartbeat_interval = "500ms"

[batch]
max_delay = "50ms"

[web]
listen_address = "127.0.0.1:0"
reload_token = "` + reloadToken + `"
`

// agent is one agent of a site, running or not.
type agent struct {
	*process
	site *site
	name protocol.AgentID
}

// enrol makes an agent known and writes its configuration; it does not run yet.
func (s *site) enrol(name, location string) *agent {
	s.t.Helper()
	token := strings.TrimSpace(s.run("agent", "enrol", name, "--location", location, "--quiet"))
	s.tokens = append(s.tokens, token)
	s.write(name+".token", token+"\n")
	s.write(name+".toml", fmt.Sprintf(agentConfig, name, s.path(name), s.tap.url, s.path(name+".token")))
	return &agent{site: s, name: protocol.AgentID(name)}
}

func (a *agent) start() {
	a.site.t.Helper()
	a.process = launch(a.site.t, a.site.dir, string(a.name), "probity-agent", "run",
		"--config", a.site.path(string(a.name)+".toml"), "--log.format", "json", "--log.level", "debug")
}

// settle waits until the collector has acknowledged something probed from now
// on, then stops the agent, and wants everything to have been delivered.
func (a *agent) settle() {
	t := a.site.t
	t.Helper()
	for range 5 {
		now := time.Now().UnixMilli()
		eventually(t, string(a.name)+" is heard", func() bool { return a.site.tap.heard(a.name) > now })
		a.stop()
		if left := a.said("agent stopped")["spooled_batches"]; left == 0.0 {
			return
		}
		a.start()
	}
	t.Fatalf("%s never stopped with an empty spool", a.name)
}
