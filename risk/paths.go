package risk

import "strings"

// facet is what a path is like, by its names alone.
type facet uint16

const (
	facetStatic facet = 1 << iota // a picture, a style, a script for browsers
	facetScript                   // a program that runs on a server
	facetSecret                   // a file that holds secrets
	facetAdmin                    // a door for administrators
	facetLogin                    // a door for users
	facetRandom                   // a made-up name
)

// The kinds of programs that servers run, by extension, each with a bit of its own.
var scriptExtensions = map[string]uint32{
	"php": 1, "php3": 1, "php4": 1, "php5": 1, "php7": 1, "phtml": 1,
	"asp": 2, "aspx": 4, "ashx": 4, "asmx": 4, "axd": 4, "asax": 4, "svc": 4,
	"jsp": 8, "jspx": 8, "jspa": 8, "jsf": 8, "war": 8, "do": 16, "action": 16,
	"cgi": 32, "pl": 32, "sh": 32, "exe": 64, "dll": 64, "cfm": 128, "cfc": 128, "lua": 256, "nsf": 512,
}

var staticExtensions = words("css js mjs map png jpg jpeg gif svg webp avif ico bmp woff woff2 ttf otf eot mp4 webm mp3 ogg m4s ts wasm")

var secretExtensions = words("sql bak old orig swp save pem key p12 pfx kdbx sqlite db mdb dump env log ini conf cfg yml yaml toml properties")

var secretNames = words("id_rsa id_dsa id_ed25519 credentials passwd shadow htpasswd secrets dump backup database phpinfo wp-config web docker-compose server-status")

var adminNames = words("admin administrator adm pma mysql mysqladmin dbadmin adminer manager console cpanel webmail setup install actuator debug system jenkins solr cgi-bin owa remote vpn xmlrpc login signin logon server-info server-status telescope portal")

var loginNames = words("login signin sign-in log-in logon session sessions auth authenticate token wp-login wp-login.php oauth j_security_check")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// maxSegments bounds how many segments of a path are looked at.
const maxSegments = 16

// look reads a path, and which kinds of programs it names. It is asked only where something
// is odd already: the answer was no, or a log-in was tried.
func look(path string) (f facet, kinds uint32) {
	rest, n := strings.TrimPrefix(path, "/"), 0
	var buffer [64]byte
	for ; rest != "" && n < maxSegments; n++ {
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		name := lower(segment, &buffer)
		f |= door(name)
		stem, extension := split(name)
		if len(name) > 1 && name[0] == '.' && string(name) != ".." && string(name) != ".well-known" {
			f |= facetSecret
		}
		kinds |= scriptExtensions[string(extension)]
		if rest == "" {
			f |= file(stem, extension)
		}
	}
	if kinds != 0 {
		f |= facetScript
	}
	if n == 1 && random(path[1:]) {
		f |= facetRandom
	}
	return f, kinds
}

// door reports what a segment says of who comes in by it.
func door(name []byte) (f facet) {
	if i := strings.IndexByte(string(name), '.'); i > 0 && adminNames[string(name[:i])] || adminNames[string(name)] ||
		prefixed(name, "phpmyadmin", "wp-admin", "wp-login", "admin", "setup", "install") {
		f |= facetAdmin
	}
	if loginNames[string(name)] || prefixed(name, "login", "signin", "wp-login") {
		f |= facetLogin
	}
	return f
}

func prefixed(name []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if len(name) >= len(p) && string(name[:len(p)]) == p {
			return true
		}
	}
	return false
}

func file(stem, extension []byte) (f facet) {
	switch {
	case staticExtensions[string(extension)]:
		f |= facetStatic
	case secretExtensions[string(extension)] && len(stem) > 0, secretNames[string(stem)]:
		f |= facetSecret
	}
	return f
}

// split cuts a name at its last dot.
func split(name []byte) (stem, extension []byte) {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[:i], name[i+1:]
		}
	}
	return name, nil
}

// lower is the segment in lower case, as much of it as the buffer holds.
func lower(segment string, buffer *[64]byte) []byte {
	n := min(len(segment), len(buffer))
	for i := range n {
		c := segment[i]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		buffer[i] = c
	}
	return buffer[:n]
}

// random reports a name that ends with 20 or more letters of both cases and digits that follow no pattern. Identifiers in
// hexadecimal digits have one case.
func random(name string) bool {
	begin := len(name)
	for begin > 0 && (letter(name[begin-1]) || name[begin-1] >= '0' && name[begin-1] <= '9') {
		begin--
	}
	changes, before := 0, byte(0)
	for i := begin; i < len(name); i++ {
		class := name[i] & 0xe0
		if before != 0 && class != before {
			changes++
		}
		before = class
	}
	return len(name)-begin >= 20 && changes >= 6
}

// static reports a file that browsers load by the dozen, by its extension.
func static(path string) bool {
	for i := len(path) - 1; i > 0 && i >= len(path)-6; i-- {
		if path[i] == '.' {
			var buffer [64]byte
			return staticExtensions[string(lower(path[i+1:], &buffer))]
		}
	}
	return false
}
