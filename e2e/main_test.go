package e2e_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages to this folder")

// suite is what all tests share: the program and the browser, both found or built once.
type suite struct {
	binary  string
	browser context.Context
}

var shared suite

// person is what the browser calls itself: by its own name, HeadlessChrome, it would be counted among the bots.
const person = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	chromium, err := findBrowser()
	if err != nil {
		return 1, err
	}
	dir, err := os.MkdirTemp("", "kelisim-e2e-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, remove(dir)) }()
	shared.binary = filepath.Join(dir, "kelisim")
	build := exec.Command("go", "build", "-o", shared.binary, "github.com/kelisim/kelisim/cmd/kelisim")
	build.Dir = ".." // the program's own module: its versions, not ours
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("the program does not build: %w\n%s", err, out)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(filepath.Join(dir, "browser")), chromedp.WindowSize(1280, 900), chromedp.UserAgent(person),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, closeBrowser := chromedp.NewContext(allocator)
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		return 1, fmt.Errorf("%s does not start: %w", chromium, err)
	}
	shared.browser = browser
	return m.Run(), nil
}

// remove deletes a folder that a browser had. Its processes may write there for a moment after it has ended.
func remove(dir string) (err error) {
	for over := time.Now().Add(patience); time.Now().Before(over); <-time.After(10 * time.Millisecond) {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
	}
	return err
}

// findBrowser finds a Chromium, or says how to get one.
func findBrowser() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium, chromium-browser or google-chrome on the PATH: install one (apt-get install chromium)")
}
