package contract

// The shape of an agreement file. reference.toml in configs/agreements explains
// every key; agreement.schema.json completes them in an editor.

type agreementFile struct {
	ID          string        `toml:"id"`
	Name        string        `toml:"name"`
	Customer    string        `toml:"customer"`
	Provider    string        `toml:"provider"`
	Tier        string        `toml:"tier"`
	Tags        []string      `toml:"tags"`
	Language    string        `toml:"language"`
	Zone        string        `toml:"zone"`
	Period      *periodFile   `toml:"period"`
	ValidFrom   wallTime      `toml:"valid_from"`
	ValidTo     wallTime      `toml:"valid_to"`
	Aggregate   string        `toml:"aggregate"`
	Silent      Duration      `toml:"silent"`
	Terms       *TermsFile    `toml:"terms"`
	Burn        []burnFile    `toml:"burn"`
	Services    []serviceFile `toml:"service"`
	Maintenance []plannedFile `toml:"maintenance"`
	Clocks      []clockFile   `toml:"clock"`

	Calendars map[string]CalendarFile `toml:"calendar"`

	Severities         []severityFile `toml:"severity"`
	Escalation         string         `toml:"escalation"`
	CertificateWarning *Duration      `toml:"certificate_warning"`
	Faults             faultsFile     `toml:"faults"`
	Publish            publishFile    `toml:"publish"`
	Report             reportFile     `toml:"report"`
	Credits            creditsFile    `toml:"credits"`
}

type periodFile struct {
	Kind   string `toml:"kind"`
	Anchor int    `toml:"anchor"`
	Days   int    `toml:"days"`
}

type burnFile struct {
	Severity  string   `toml:"severity"`
	Long      Duration `toml:"long"`
	Short     Duration `toml:"short"`
	BudgetPct Decimal  `toml:"budget_pct"`
	Factor    Decimal  `toml:"factor"`
}

type serviceFile struct {
	ID      string      `toml:"id"`
	Name    string      `toml:"name"`
	Weight  *int64      `toml:"weight"`
	Confirm *int        `toml:"confirm"`
	Terms   *TermsFile  `toml:"terms"`
	Checks  []checkFile `toml:"check"`

	DependsOn []string `toml:"depends_on"`
}

type checkFile struct {
	ID        string    `toml:"id"`
	Name      string    `toml:"name"`
	Target    string    `toml:"target"`
	Interval  *Duration `toml:"interval"`
	Timeout   *Duration `toml:"timeout"`
	Degraded  Duration  `toml:"degraded"`
	Locations []string  `toml:"locations"`
	Family    string    `toml:"family"`
	HTTP      *httpFile `toml:"http"`
	TCP       *tcpFile  `toml:"tcp"`
	DNS       *dnsFile  `toml:"dns"`
	ICMP      *icmpFile `toml:"icmp"`
	TLS       *tlsFile  `toml:"tls"`
}

type httpFile struct {
	Method          string            `toml:"method"`
	Body            string            `toml:"body"`
	Status          []statusFile      `toml:"status"`
	MaxRedirects    int               `toml:"max_redirects"`
	FollowAuthority bool              `toml:"follow_authority"`
	BodyContains    string            `toml:"body_contains"`
	BodyMatches     string            `toml:"body_matches"`
	BodyNotMatches  string            `toml:"body_not_matches"`
	MaxBodyBytes    int64             `toml:"max_body_bytes"`
	HTTPVersion     string            `toml:"http_version"`
	Headers         []headerFile      `toml:"header"`
	HeaderMatches   []headerMatchFile `toml:"header_match"`
}

// headerFile is one request header; its value stands here, or in a file or a
// variable of the collector's environment, so that a signed agreement holds no secret.
type headerFile struct {
	Name      string `toml:"name"`
	Value     string `toml:"value"`
	ValueFile string `toml:"value_file"`
	ValueEnv  string `toml:"value_env"`
}

type headerMatchFile struct {
	Name    string `toml:"name"`
	Matches string `toml:"matches"`
}

type tcpFile struct {
	Send   string `toml:"send"`
	Expect string `toml:"expect"`
}

type dnsFile struct {
	Rcodes  []string `toml:"rcodes"`
	Answers []string `toml:"answers"`
	TCP     bool     `toml:"tcp"`
	Recurse bool     `toml:"recurse"`
}

type icmpFile struct {
	Count      int      `toml:"count"`
	Spacing    Duration `toml:"spacing"`
	Size       int      `toml:"size"`
	MaxLossPct int      `toml:"max_loss_pct"`
}

type tlsFile struct {
	ServerName string   `toml:"server_name"`
	CAFile     string   `toml:"ca_file"`
	CAPEM      string   `toml:"ca_pem"`
	SkipVerify bool     `toml:"skip_verify"`
	MinExpiry  Duration `toml:"min_expiry"`
}

type plannedFile struct {
	ID        string     `toml:"id"`
	Services  []string   `toml:"services"`
	Start     wallTime   `toml:"start"`
	End       wallTime   `toml:"end"`
	Length    Duration   `toml:"length"`
	RRule     string     `toml:"rrule"`
	Until     wallTime   `toml:"until"`
	Except    []wallTime `toml:"except"`
	Announced instant    `toml:"announced"`
	Emergency bool       `toml:"emergency"`
	Reason    string     `toml:"reason"`
}
