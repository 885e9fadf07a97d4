package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one headless Chromium of its own; complaints holds what its console said.
type browser struct {
	ctx        context.Context
	mu         sync.Mutex
	complaints []string
	shots      string
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	path := "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("pages are tested in Chromium: %v; apt-get install chromium", err)
	}
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox,
		chromedp.NoFirstRun, chromedp.Headless, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("lang", "en")}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	b := &browser{shots: os.Getenv("PROBITY_ARTIFACTS")}
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	if b.shots == "" {
		b.shots = t.TempDir()
	}
	if err := os.MkdirAll(b.shots, 0o755); err != nil {
		t.Fatal(err)
	}
	call(t, b, log.Enable, cdp.Empty{})
	call(t, b, network.Enable, network.EnableParams{})
	return b
}

// listen keeps what must not happen on any page.
func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "http://127.0.0.1:") && !strings.HasPrefix(e.Request.URL, "data:") {
			b.complaints = append(b.complaints, "a request left the host: "+e.Request.URL)
		}
	}
}

func call[P, R any](t *testing.T, b *browser, cmd cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(b.ctx, cmd, params); err != nil {
		t.Fatalf("%s: %v", cmd.Method, err)
	}
}

func (b *browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func get[T any](t *testing.T, b *browser, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// until waits for something to become true, through loadings of the page.
func (b *browser) until(t *testing.T, expression string) {
	t.Helper()
	for range 200 {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression)); ok && err == nil {
			return
		}
		b.do(t, chromedp.Sleep(100*time.Millisecond))
	}
	t.Fatalf("never true in the page: %s", expression)
}

// look sets the size and the colours of what is looked at.
func (b *browser) look(t *testing.T, width, height int64, dark bool) {
	t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.do(t, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(1.5)))
	call(t, b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	png := get(t, b, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(b.shots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPagesInChromium(t *testing.T) {
	srv := newFixture().serve(t, func(o *Options) { o.OpenRead = true })
	empty := newFixture()
	empty.agreements, empty.agents = nil, nil
	bare := empty.serve(t, func(o *Options) { o.OpenRead = true })
	b := openBrowser(t)
	for _, row := range []struct {
		name, url string
		width     int64
		dark      bool
	}{
		{"overview-light", srv.URL + "/", 1280, false},
		{"overview-dark", srv.URL + "/", 1280, true},
		{"overview-phone", srv.URL + "/", 390, false},
		{"overview-zh", srv.URL + "/?lang=zh-CN", 1280, false},
		{"agreement-zh-phone", srv.URL + "/agreements/aurora-shop", 390, true},
		{"overview-empty", bare.URL + "/?lang=en", 1280, false},
		{"agreement-light", srv.URL + "/agreements/aurora-shop", 1280, false},
		{"agreement-dark", srv.URL + "/agreements/aurora-shop", 1280, true},
		{"agreement-phone", srv.URL + "/agreements/aurora-shop", 390, false},
		{"agreement-no-data", srv.URL + "/agreements/meridian-mail", 1280, false},
		{"check-light", srv.URL + "/checks/aurora-shop/payments/api", 1280, false},
		{"alerts-light", srv.URL + "/alerts", 1280, false},
		{"agents-light", srv.URL + "/agents", 1280, false},
		{"login-light", srv.URL + "/login", 1280, false},
		{"unknown-agreement", srv.URL + "/agreements/none", 1280, false},
	} {
		b.look(t, row.width, 800, row.dark)
		b.do(t, chromedp.Navigate(row.url), chromedp.WaitVisible(chromedp.CSS("main")))
		b.shoot(t, row.name)
		if get(t, b, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth")) {
			t.Errorf("%s is wider than its screen of %d px", row.name, row.width)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		if !strings.Contains(c, "404") { // the page of an unknown agreement is one
			t.Errorf("the browser complains: %s", c)
		}
	}
}

func TestPageFollowsChanges(t *testing.T) {
	f := newFixture()
	s := f.server(t, func(o *Options) { o.OpenRead = true })
	srv := serve(t, s).URL
	b := openBrowser(t)
	h1 := chromedp.Text(chromedp.CSS("h1"))
	b.do(t, chromedp.Navigate(srv+"/"))
	before := get(t, b, h1)
	f.mu.Lock()
	f.agreements = f.agreements[1:] // without the one that is down
	f.mu.Unlock()
	s.Publish(Event{Kind: "agreement", At: fixtureNow.UnixMilli()})
	b.until(t, `!document.querySelector("h1").textContent.includes("down")`)
	if after := get(t, b, h1); before == after || !strings.Contains(before, "Aurora") {
		t.Errorf("h1 %q became %q; want the change shown without loading again", before, after)
	}
}

func TestPagesWithoutScripts(t *testing.T) {
	s := newFixture().server(t, nil)
	t.Cleanup(s.Close)
	// The driver needs scripts in the page; ours never arrive, and there are no others.
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".js") {
			http.NotFound(w, r)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	b := openBrowser(t)
	b.look(t, 1280, 800, false)
	token, maintenance := chromedp.CSS("input[name=token]"), chromedp.CSS("#maintenance")
	b.do(t, chromedp.Navigate(srv.URL+"/agreements/aurora-shop"), chromedp.WaitVisible(token),
		chromedp.SendKeys(token, "operate-token"), chromedp.Click(chromedp.CSS("form.login button")), chromedp.WaitVisible(maintenance))
	if h1 := get(t, b, chromedp.Text(chromedp.CSS("h1"))); h1 != "Aurora online shop" {
		t.Fatalf("after logging in the page is %q; want the one that was asked for", h1)
	}
	b.do(t, chromedp.Click(chromedp.CSS("#maintenance form button")))
	b.until(t, `document.querySelectorAll("#maintenance tr.gone").length === 2`)
	b.shoot(t, "agreement-operate-without-scripts")
	pdf := get(t, b, chromedp.PrintToPDF(chromedp.PDFPrintBackground()))
	if err := os.WriteFile(filepath.Join(b.shots, "agreement-print.pdf"), pdf, 0o644); err != nil {
		t.Fatal(err)
	}
}
