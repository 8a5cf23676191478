package consent

// Validate returns everything that is wrong with p at once, as [Faults], or nil. Each fault names the
// field as the document calls it and says what to do.
func (p Policy) Validate() error {
	var f Faults
	f.require(p.Site.Name, "site.name", "give the name that visitors know the site by")
	if len(f) > 0 {
		return f
	}
	return nil
}
