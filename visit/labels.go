package visit

import "sync/atomic"

// maxMajor bounds the versions that get a label: one made up is not told from none.
const maxMajor = 1024

// labels makes "Chrome 146" once and then shares it: as many strings as there are families and
// versions, whatever visitors send.
type labels struct {
	browsers [numFamilies]atomic.Pointer[[maxMajor]atomic.Pointer[string]]
	systems  [numSystems][maxRelease]atomic.Pointer[string]
}

func (l *labels) browser(f family, major int) string {
	if f == familyNone {
		return ""
	}
	if major <= 0 || major >= maxMajor {
		return familyNames[f]
	}
	page := l.browsers[f].Load()
	if page == nil {
		page = new([maxMajor]atomic.Pointer[string])
		if !l.browsers[f].CompareAndSwap(nil, page) {
			page = l.browsers[f].Load()
		}
	}
	label := page[major].Load()
	if label == nil {
		text := familyNames[f] + " " + itoa(major)
		label = &text
		page[major].Store(label)
	}
	return *label
}

func (l *labels) system(o system, release int) string {
	if o == systemNone {
		return ""
	}
	if release < 0 || release >= maxRelease {
		release = releaseNone
	}
	cell := &l.systems[o][release]
	label := cell.Load()
	if label == nil {
		text := releaseLabel(o, release)
		label = &text
		cell.Store(label)
	}
	return *label
}
