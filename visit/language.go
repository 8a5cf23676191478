package visit

import "strings"

// languageCodes are the codes of ISO 639-1, and the longer ones of languages without: the vocabulary is
// closed, so that a header cannot write its own text into the statistics.
const languageCodes = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv " +
	"ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny " +
	"oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu " +
	"fil haw ckb yue cmn crh gag kaa nog sah tyv udm krc kum lez inh alt bxr myv mdf mhr ast gsw nds szl sco"

// language returns the primary subtag of the preferred language of an Accept-Language header (RFC 9110
// section 12.5.4): a constant, "" when there is none or it is unknown.
func language(header string) string {
	if end := strings.IndexByte(header, ','); end > 0 && strings.IndexByte(header[:end], ';') < 0 {
		if code := languageCode(header[:end]); code != "" { // what nearly every browser sends: nothing is preferred to it
			return code
		}
	}
	best, bestQ := "", 0
	for range 16 {
		var item string
		item, header, _ = strings.Cut(header, ",")
		tag, params, _ := strings.Cut(strings.Trim(item, " \t"), ";")
		if q := quality(params); q > bestQ {
			if code := languageCode(tag); code != "" {
				best, bestQ = code, q
			}
		}
		if header == "" || bestQ == 1000 {
			break
		}
	}
	return best
}

// languageCode returns the primary subtag of tag as a constant.
func languageCode(tag string) string {
	n := 0
	for n < len(tag) && letter(tag[n]) {
		n++
	}
	if n < 2 || n > 3 || n < len(tag) && tag[n] != '-' && tag[n] != '_' {
		return ""
	}
	var code [3]byte
	for i := range n {
		code[i] = tag[i] | 0x20
	}
	if n == 2 {
		if at := twoLetters[int(code[0]-'a')*26+int(code[1]-'a')]; at > 0 {
			return languageCodes[at-1 : at+1]
		}
		return ""
	}
	if at := strings.Index(languageCodes, string(code[:])); at > longCodes {
		return languageCodes[at : at+3]
	}
	return ""
}

// longCodes is where the codes of three letters begin; none of them spans a blank.
var longCodes = strings.Index(languageCodes, " fil")

// twoLetters holds where each code of two letters stands, plus one.
var twoLetters = func() (table [26 * 26]int16) {
	for i := 0; i < longCodes; i += 3 {
		table[int(languageCodes[i]-'a')*26+int(languageCodes[i+1]-'a')] = int16(i + 1)
	}
	return table
}()

// quality reads ";q=0.8" in thousandths; 1000 without.
func quality(params string) int {
	_, value, ok := strings.Cut(params, "q=")
	if !ok {
		return 1000
	}
	q, unit := 0, 1000
	for i := 0; i < len(value) && i < 5; i++ {
		switch c := value[i]; {
		case digit(c):
			q += int(c-'0') * unit
			unit /= 10
		case c != '.':
			return min(q, 1000)
		}
	}
	return min(q, 1000)
}
