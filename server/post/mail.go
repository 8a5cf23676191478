package post

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// mailTime bounds one delivery.
const mailTime = 30 * time.Second

// ErrUnknown is returned where nobody knows whether something has arrived: who sends it again may send it twice.
var ErrUnknown = errors.New("post: the connection broke at the last moment: it may have arrived, and is not sent again")

// Mail is one message to one address.
type Mail struct {
	To      string
	Subject string
	Text    string
	HTML    string
	ID      string // of the message, without the host: the same for each try
}

// SMTP sends mail through one server. Make one with [NewSMTP]; it is safe for concurrent use.
type SMTP struct {
	from    string
	host    string
	options []gomail.Option
}

// SMTPOptions say where mail goes. URL and From are required.
type SMTPOptions struct {
	// URL of the server: smtp://user:password@mail.example.org:587 speaks STARTTLS and nothing without it,
	// smtps://…:465 speaks TLS from the start, smtp://…:25?tls=none speaks neither and is for this machine.
	URL string
	// From is the sender: "Kelisim <kelisim@example.org>".
	From string
	// TLS is for tests. Default: the system's authorities, TLS 1.2 or later.
	TLS *tls.Config
}

// NewSMTP checks o. It does not connect.
func NewSMTP(o SMTPOptions) (*SMTP, error) {
	if _, err := mail.ParseAddress(o.From); err != nil {
		return nil, fmt.Errorf("post: the sender %q is no mail address", o.From)
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("post: the SMTP server is given as smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	m := &SMTP{from: o.From, host: u.Hostname(), options: []gomail.Option{gomail.WithTimeout(mailTime)}}
	port := 587
	switch tlsMode := u.Query().Get("tls"); {
	case u.Scheme == "smtps":
		port = 465
		m.options = append(m.options, gomail.WithSSL())
	case tlsMode == "none":
		port = 25
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.NoTLS))
	case tlsMode == "":
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		return nil, fmt.Errorf("post: tls=%s is unknown: leave it out for STARTTLS, or give tls=none", tlsMode)
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fmt.Errorf("post: port %q is no number", u.Port())
		}
	}
	config := o.TLS
	if config == nil {
		config = &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	}
	m.options = append(m.options, gomail.WithPort(port), gomail.WithTLSConfig(config))
	if password, ok := u.User.Password(); ok {
		m.options = append(m.options, gomail.WithUsername(u.User.Username()), gomail.WithPassword(password), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	_, err = gomail.NewClient(m.host, m.options...)
	return m, err
}

// Send delivers one mail to the server, or says why not; [ErrUnknown] where the server may have it all the same. It takes no
// longer than half a minute.
func (m *SMTP) Send(ctx context.Context, one Mail) error {
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From(m.from), msg.To(one.To)); err != nil {
		return fmt.Errorf("post: %w", err)
	}
	msg.Subject(one.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(one.ID + "@" + m.host)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, one.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, one.HTML)
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil && !msg.IsDelivered() { // what fails after that is the goodbye
		err = fmt.Errorf("post: cannot hand a mail to %s: %w", net.JoinHostPort(m.host, "…"), err)
		if unanswered(msg) {
			err = errors.Join(ErrUnknown, err)
		}
		return err
	}
	return nil
}

// unanswered reports that the whole mail was sent and no answer came: the server may have it.
func unanswered(msg *gomail.Msg) bool {
	var fault *gomail.SendError
	return errors.As(msg.SendError(), &fault) && fault.Reason == gomail.ErrSMTPDataClose && fault.ErrorCode() == 0
}

// CheckAddress says whether text is one mail address and nothing more.
func CheckAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && len(text) <= 254
}
