package main

import (
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/server/post"
)

// postFlags say by what digests and alerts leave.
type postFlags struct {
	SMTP         string   `help:"Mail server for digests and alerts: smtp://user:password@host:587 (STARTTLS) or smtps://…:465. Better in the environment, for the password." env:"KELISIM_SMTP_URL" placeholder:"URL"`
	MailFrom     string   `help:"Sender of mails." env:"KELISIM_MAIL_FROM" placeholder:"ADDRESS"`
	WebhookAllow []string `help:"Hosts that may get alerts though they are not on the open net, or speak plain HTTP: 127.0.0.1:9000" env:"KELISIM_WEBHOOK_ALLOW" placeholder:"HOST" sep:","`
}

// sender checks the mail server's address; it does not connect. Without --smtp there are no mails.
func (f postFlags) sender() (server.Mailer, server.Hooks, error) {
	hooks := post.NewHooks(post.HookOptions{Allow: f.WebhookAllow})
	if f.SMTP == "" {
		return nil, hooks, nil
	}
	mail, err := post.NewSMTP(post.SMTPOptions{URL: f.SMTP, From: f.MailFrom})
	if err != nil {
		return nil, nil, usageError{err}
	}
	return mail, hooks, nil
}
