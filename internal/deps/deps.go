// Package deps keeps modules in go.mod while the first packages are being written; removed before the first release.
package deps

import (
	_ "github.com/BurntSushi/toml"
	_ "github.com/VictoriaMetrics/easyproto"
	_ "github.com/VictoriaMetrics/metrics"
	_ "github.com/chromedp/chromedp"
	_ "github.com/emersion/go-ical"
	_ "github.com/hashicorp/go-retryablehttp"
	_ "github.com/klauspost/compress/huff0"
	_ "github.com/klauspost/compress/zstd"
	_ "github.com/miekg/dns"
	_ "github.com/pb33f/libopenapi"
	_ "github.com/pb33f/libopenapi-validator"
	_ "github.com/prometheus-community/pro-bing"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/teambition/rrule-go"
	_ "go.uber.org/goleak"
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/net/icmp"
	_ "golang.org/x/net/ipv4"
	_ "golang.org/x/net/ipv6"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/text/language"
	_ "modernc.org/sqlite"
	_ "pgregory.net/rapid"
)
