package visit

// Agent is what a user agent string and client hints say of a browser. Every string is one of a
// closed vocabulary or made of one and a number: no part of what the visitor sent. "" means unknown.
// Names of browsers and systems are those of ua-parser's families.
type Agent struct {
	Browser        string // "Chrome Mobile"
	BrowserVersion string // "Chrome Mobile 146"; Browser where the version is not known
	Major          int    // 146; 0 when not known
	OS             string // "Windows"
	OSVersion      string // "Windows 11"; OS where the version is not known
	Device         string // desktop, mobile, tablet, tv, console, other
	Bot            string // name of the bot, "" for people
	BotClass       string // search, ai, monitor, preview, feed, tool, scanner, other; "" for people
}
