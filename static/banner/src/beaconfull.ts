// The beacon with everything: how far a page is scrolled and how fast it came, which links lead away, what the site's own
// script says has happened, and pages that change without being loaded anew.
import "./extras";
