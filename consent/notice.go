package consent

// Notice is what a visitor must be shown beside the page. Nothing is stored to remember that it was: a
// question is answered by a choice, a minor revision is noted in the choice that there is ([Rulebook.Told]).
type Notice struct {
	Kind     NoticeKind
	Revision int  // that is in force; 0 for NoticeNone
	Known    int  // the revision that the visitor knows, with NoticeMinor
	Text     Text // what has changed, with NoticeMinor
}

// NoticeKind says how a notice is to be put.
type NoticeKind string

const (
	// NoticeNone: the visitor has answered and knows the policy, or the browser has answered for them.
	NoticeNone NoticeKind = ""
	// NoticeQuestion: the banner asks. Opt-in, undecided.
	NoticeQuestion NoticeKind = "question"
	// NoticeObjection: the banner says what is done, and lets the visitor object. Opt-out, undecided.
	NoticeObjection NoticeKind = "objection"
	// NoticeImplied: the page says what is transmitted automatically, that using the site agrees to its
	// being counted, and how to refuse. It stays until the visitor answers: to remember that it was seen
	// would be storage on the device. Only where its visitor closes it does the tab remember the number of the
	// revision, as long as it is open. Implied, undecided.
	NoticeImplied NoticeKind = "implied"
	// NoticeMinor: the policy has changed a little since the visitor decided. Shown once (S4-10).
	NoticeMinor NoticeKind = "minor"
)

// Notice says what a visitor must be shown; c is what [Rulebook.EffectiveIn] returned for the request.
func (b *Rulebook) Notice(c Choice) Notice {
	n := Notice{Revision: b.policy.Revision.Number}
	switch {
	case c.decided && c.revision >= n.Revision, !c.decided && c.bound:
		return Notice{}
	case c.decided:
		n.Kind, n.Known, n.Text = NoticeMinor, c.revision, b.policy.Revision.Text
	case c.model == ModelOptOut:
		n.Kind = NoticeObjection
	case c.model == ModelImplied:
		n.Kind = NoticeImplied
	default:
		n.Kind = NoticeQuestion
	}
	return n
}

// Told returns c as that of a visitor who knows the revision in force: seal it into the state cookie, with
// what is left of its time, when a page has shown the notice of a minor revision. Neither the answer nor
// its end changes, whoever refused holds no more than before, and no record is made.
func (b *Rulebook) Told(c Choice) Choice {
	if b.Notice(c).Kind == NoticeMinor {
		c.revision = b.policy.Revision.Number
	}
	return c
}

// Model returns the consent model under which the choice was last looked at, see [Rulebook.EffectiveIn];
// "" if it was not yet.
func (c Choice) Model() Model { return c.model }
