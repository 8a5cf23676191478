package geoupdate

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const maxRedirects = 5

// allowed reads an address that may be asked: HTTPS, and plain HTTP on this machine.
func allowed(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("the address is no URL such as https://example.org/city.mmdb.gz")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return nil, fmt.Errorf("%s is not asked over %q: anybody on the way could replace the database; give an https address", shown(u), u.Scheme)
	}
	return u, nil
}

// shown is an address without what may be secret in it.
func shown(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// get asks for a file. With auth it sends account and key, which no redirect to another host gets to see.
func (o *Options) get(ctx context.Context, address string, auth bool) ([]byte, error) {
	u, err := allowed(address)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "kelisim geo update")
	if auth {
		req.SetBasicAuth(o.Account, o.Key)
	}
	client := *o.Client
	client.CheckRedirect = checkRedirect
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(u), bareError(err))
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end, or given up
	if err := checkStatus(resp); err != nil {
		return nil, fmt.Errorf("%s: %w", shown(resp.Request.URL), err)
	}
	data, err := readAll(resp.Body, o.MaxSize)
	if err == nil && resp.ContentLength >= 0 && int64(len(data)) != resp.ContentLength {
		err = fmt.Errorf("%d of %d bytes came", len(data), resp.ContentLength)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(u), bareError(err))
	}
	return data, nil
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	_, err := allowed(req.URL.String())
	return err
}

// checkStatus says what an answer other than a file means.
func checkStatus(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("it answers %s: account, licence key or permission for this edition are not accepted", resp.Status)
	case code == http.StatusNotFound:
		return fmt.Errorf("it answers %s: there is no such file or edition", resp.Status)
	case code == http.StatusTooManyRequests:
		return fmt.Errorf("it answers %s: the day's downloads are used up, try again tomorrow", resp.Status)
	case code != http.StatusOK:
		return fmt.Errorf("it answers %s", resp.Status)
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" {
		return errWebPage
	}
	return nil
}

// bareError drops the address that net/http puts into its errors, query and all.
func bareError(err error) error {
	var fault *url.Error
	if errors.As(err, &fault) {
		err = fault.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("it takes too long: try again, or allow more with --timeout")
	}
	return err
}

// fromMaxMind downloads an edition and has it compared with the hash that is published beside it.
// https://dev.maxmind.com/geoip/updating-databases
func (o *Options) fromMaxMind(ctx context.Context) ([]byte, error) {
	address := strings.TrimSuffix(o.MaxMind, "/") + "/geoip/databases/" + o.Edition + "/download?suffix=tar.gz"
	if o.SHA256 == "" {
		stated, err := o.get(ctx, address+".sha256", true)
		if err != nil {
			return nil, err
		}
		sum, _, _ := strings.Cut(strings.ToLower(string(stated)), " ")
		if o.SHA256 = strings.TrimSpace(sum); !isHash(o.SHA256) {
			return nil, errors.New("what should be the hash of the file is not one")
		}
	}
	return o.get(ctx, address, true)
}
