package gate

import (
	"net/http"
	"strconv"
)

// begin decides about the header. Afterwards it is either final, and to be written by the caller, or
// held because the body may take markup.
func (w *Writer) begin(status int) {
	w.status = status
	h := w.inner.Header()
	w.prepare(status, h)
	w.phase = passing
	switch {
	case status == http.StatusOK && (w.plan.Markup != nil || w.plan.Shared != nil):
		if w.choose(h) {
			w.phase = held
		}
	case status == http.StatusNotModified:
		w.revalidated(h)
	}
}

// prepare makes the header fit for the wire but for markup. Doing it twice changes nothing more.
func (w *Writer) prepare(status int, h http.Header) {
	if p := &w.plan; !w.told && p.Observer != nil {
		w.told = true // even if the call panics
		p.Private = p.Observer.Commit(status, h) || p.Private
	}
	w.told = true
	w.protect(h)
}

// protect is what no way to the wire may go past.
func (w *Writer) protect(h http.Header) {
	p := &w.plan
	seen := &w.seen
	if w.filtered {
		seen = nil // told already
	}
	w.filtered = true
	personal, past := p.filter(h, seen)
	if len(p.Expire) > 0 && storesCookies(w.r) && AppendExpirations(h, w.r, p.Expire, p.Secure, p.Now) > 0 {
		personal = true
	}
	p.Expire = nil
	if p.Private = p.Private || personal; p.Private {
		if past {
			silencePast(h)
		}
		keepPrivate(h, false, &w.plan.values)
	}
	w.keys = len(h)
}

// storesCookies spares style sheets and images the deletions, and so keeps them cacheable: the page that
// they belong to carries them.
func storesCookies(r *http.Request) bool {
	dest := r.Header["Sec-Fetch-Dest"]
	return len(dest) == 0 || dest[0] == "document" || dest[0] == "empty" || dest[0] == ""
}

// choose picks the markup for a page with header h, and reports whether there is any.
func (w *Writer) choose(h http.Header) bool {
	if w.enc = pageEncoding(h); w.enc == notPage {
		return false
	}
	w.markup, w.shared = w.plan.Markup, Cacheable(h)
	if w.shared {
		w.markup = w.plan.Shared
	}
	if w.shared && w.markup != nil && w.enc != unknown {
		addVary(h, "Sec-Fetch-Dest", &w.plan.values) // without markup too: a script's copy must not be shown as the page
	}
	if !w.want || w.markup == nil {
		return false
	}
	w.scan.reset(w.markup.head(w.enc != isASCII))
	return true
}

// varyShared names what a shared page was chosen on; what only the language was chosen on does not count where the page
// itself settles it.
func (w *Writer) varyShared(h http.Header, settled bool) {
	addVary(h, "Sec-Fetch-Dest", &w.plan.values)
	if w.plan.SharedVary != "" && !settled {
		addVary(h, w.plan.SharedVary, &w.plan.values)
	}
}

// revalidated makes a 304 name the representation that the browser asked about: the page with markup.
func (w *Writer) revalidated(h http.Header) {
	switch m := w.plan.matched; {
	case m.settled && (!m.markup || Cacheable(h)):
		suffixETag(h, w.plan.Shared.any, &w.plan.values)
		w.varyShared(h, true)
	case m.shared && (!m.markup || Cacheable(h)):
		suffixETag(h, w.plan.Shared.tag, &w.plan.values)
		w.varyShared(h, false)
	case m.markup:
		suffixETag(h, w.plan.Markup.tag, &w.plan.values)
		makePrivate(h, !w.plan.Choice.Decided(), &w.plan.values)
	default:
		return
	}
	dropValidators(h)
}

// commit writes the held header: of a page with markup or without. The length is known where the markup
// is going to be written now.
func (w *Writer) commit(with, known bool) {
	h := w.inner.Header()
	w.prepare(w.status, h) // what was set since WriteHeader
	if with {
		w.mark(h, known)
	}
	w.inner.WriteHeader(w.status)
}

// mark makes the header that of the page with markup.
func (w *Writer) mark(h http.Header, known bool) {
	w.changed = true
	w.speak()
	if w.plan.Tail != nil && !w.shared {
		w.tail = nonced(w.plan.Tail.Tail(), h)
	}
	fixLength(h, len(w.dressed)+len(w.tail), known, &w.plan.values)
	shared := w.shared && Cacheable(h)
	w.name(h, shared)
	dropValidators(h)
	cleanTrailers(h, true)
	if _, typed := h["Content-Type"]; !typed {
		h["Content-Type"] = w.plan.values.one("text/html; charset=utf-8") // what the server would find
	}
	if shared {
		w.varyShared(h, w.settled)
		return
	}
	makePrivate(h, !w.plan.Choice.Decided(), &w.plan.values)
}

// name makes the validator that of the page with markup. That of a shared page is not known before the page has said its
// language, which it does not to a HEAD.
func (w *Writer) name(h http.Header, shared bool) {
	tag := w.markup.tag
	switch {
	case shared && w.settled:
		tag = w.markup.any
	case shared && w.plan.Tongues != nil && w.scan.n == 0:
		delete(h, "Etag")
		return
	}
	suffixETag(h, tag, &w.plan.values)
}

func fixLength(h http.Header, extra int, known bool, v *values) {
	values := h["Content-Length"]
	if len(values) == 0 {
		return
	}
	n, err := strconv.Atoi(values[0])
	if err != nil || n < 0 || !known {
		delete(h, "Content-Length")
		return
	}
	h["Content-Length"] = v.one(strconv.Itoa(n + extra))
}

// Finish ends the exchange after the handler returned without an error: the header of a response that was
// never written is filtered in place (the server writes it), a page that is still being searched goes
// out, and trailers are cleaned. Later writes by outer code are still filtered.
func (w *Writer) Finish() error {
	var err error
	switch w.phase {
	case hijacked:
		return nil
	case fresh:
		w.finishEmpty(w.inner.Header())
	case held, flowing:
		err = w.end()
	}
	w.endHeader()
	return err
}

// finishEmpty makes the header of a response that was never written fit for the wire. That of a HEAD is as for the GET,
// whose body is going to take markup.
func (w *Writer) finishEmpty(h http.Header) {
	w.prepare(http.StatusOK, h)
	if w.want && w.r.Method == http.MethodHead && w.choose(h) && w.enc != unknown {
		w.mark(h, false)
	}
}

// endHeader keeps cookies out of the trailers. Headers that nobody has added to since they were written
// have none: what was announced before was cleaned then.
func (w *Writer) endHeader() {
	if h := w.inner.Header(); len(h) != w.keys || w.changed {
		cleanTrailers(h, w.changed)
	}
}

// Abandon is Finish after an error or a panic: what the handler has written goes out as it is, without
// markup. An unwritten response stays open for whoever renders the error; its header is filtered at
// once, for outer code may write past w, and again with what is written through w.
func (w *Writer) Abandon() {
	w.want = false
	h := w.inner.Header()
	switch w.phase {
	case hijacked:
		return
	case fresh:
		w.protect(h)
		return
	case held:
		w.commit(false, false)
		fallthrough
	case flowing:
		_ = w.release(len(w.buf), nil)
		w.phase = passing
	}
	w.endHeader()
}
