package consent

import "strings"

// wellKnown reports whether name is a cookie of session, login or CSRF machinery in wide use: without
// it the site would break on its first day, and it serves nothing else. Names are from the defaults of
// the frameworks and servers named beside them.
func wellKnown(name string) bool {
	name = strings.TrimPrefix(name, "__Host-")
	name = strings.TrimPrefix(name, "__Secure-")
	return isSession(name) || isCSRF(name) || isBalancer(name)
}

func isSession(name string) bool {
	switch name {
	case "session", "Session", "SESSION", "session_id", "sessionid", "sessionId", "SESSIONID", "sid", "SID", "sess",
		"__session", "auth", "auth_token", "access_token", "refresh_token", "token", "jwt", "remember_token", "remember_me",
		"PHPSESSID", "JSESSIONID", "JSESSIONIDSSO", "ASP.NET_SessionId", ".ASPXAUTH", // PHP, Servlet, ASP.NET
		"connect.sid", "express:sess", "express:sess.sig", "koa.sess", "koa.sess.sig", "sails.sid", // Node.js
		"laravel_session", "ci_session", "CAKEPHP", "symfony", "PLAY_SESSION", "rack.session", // frameworks
		"gorilla_session", "scs_session", "beegosessionID", "grafana_session", "next-auth.session-token",
		"next-auth.callback-url", "authjs.session-token", "authjs.callback-url", "CFID", "CFTOKEN", "MoodleSession":
		return true
	}
	return hasAnyPrefix(name, ".AspNetCore.Session", ".AspNetCore.Cookies", ".AspNetCore.Identity.",
		"ASPSESSIONID", "wordpress_logged_in_", "wordpress_sec_", "wp-postpass_", "remember_web_", "sb-access-token") ||
		strings.HasPrefix(name, "_") && strings.HasSuffix(name, "_session") || // Rails
		isHexAfter(name, "SESS") || isHexAfter(name, "SSESS") // Drupal
}

func isCSRF(name string) bool {
	switch name {
	case "csrf", "_csrf", "csrftoken", "csrf_token", "csrf-token", "_csrf_token", "CSRF-TOKEN", "XSRF-TOKEN", "xsrf-token",
		"_xsrf", "_gorilla_csrf", "nosurf", "next-auth.csrf-token", "authjs.csrf-token", "__RequestVerificationToken":
		return true
	}
	return hasAnyPrefix(name, ".AspNetCore.Antiforgery.", "__RequestVerificationToken_")
}

// isBalancer knows the cookies by which load balancers keep a session on its server.
func isBalancer(name string) bool {
	switch name {
	case "AWSALB", "AWSALBCORS", "AWSELB", "AWSELBCORS", "ARRAffinity", "ARRAffinitySameSite", "SERVERID", "GCLB", "INGRESSCOOKIE",
		"__cf_bm", "cf_clearance":
		return true
	}
	return hasAnyPrefix(name, "BIGipServer", "AWSALBTG")
}

func hasAnyPrefix(name string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// isHexAfter reports whether name is prefix and 32 or more hexadecimal digits.
func isHexAfter(name, prefix string) bool {
	digits, ok := strings.CutPrefix(name, prefix)
	return ok && len(digits) >= 32 && strings.Trim(digits, "0123456789abcdef") == ""
}
