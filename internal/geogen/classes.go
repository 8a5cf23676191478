package geogen

import (
	"strings"

	"github.com/kelisim/kelisim/geo"
)

// operators are well-known autonomous systems whose class their names do not tell. The list is ours: it is
// made of what the operators publish about themselves. A company that sells servers and also crawls stands
// under what most of its addresses do.
var operators = map[geo.NetClass][]uint32{
	geo.NetHosting: {
		14618, 16509, // Amazon
		8068, 8075, // Microsoft
		396982, 395973, // Google Cloud
		31898,               // Oracle
		37963, 45090, 45102, // Alibaba, Tencent
		132203, 200350, // Tencent, Yandex Cloud
		12876, 14061, 16276, 20473, // Scaleway, DigitalOcean, OVH, Vultr
		24940, 213230, 212317, // Hetzner
		16625, 20940, 36183, 63949, // Akamai and Linode
		13335, 54113, 199524, 60068, 212238, // Cloudflare, Fastly, G-Core, Datacamp
		8560, 34011, 51167, 47583, 26496, 46606, 32244, // IONOS, Host Europe, Contabo, Hostinger, GoDaddy, Unified Layer, Liquid Web
		28753, 30633, 60626, 60781, 49981, // Leaseweb, WorldStream
		9009, 8100, 21859, 29802, 36352, 40676, 53667, 55286, 10439, // M247, QuadraNet, Zenlayer, Hivelocity, HostPapa, Psychz, FranTech, B2, CariNet
		9123, 49505, 50340, 57043, 59796, 197695, 198610, 210644, 29182, 56694, // Timeweb, Selectel, Hostkey, StormWall, REG.RU, Beget, Aeza, ISPsystem, Smart Ape
		62240, 202053, 202425, 204428, 51852, 211252, 210558, 9370, 7506, 24961, // Clouvider, UpCloud, IP Volume, SS-Net, Private Layer, Akari, 1337, Sakura, GMO, WIIT
		7941, 44066, 5404, 42831, // Internet Archive, firstcolo, conova, UK Dedicated Servers
	},
	geo.NetBot: {
		15169,        // Google: crawlers and fetchers
		13238,        // Yandex
		38365, 55967, // Baidu
		32934, 63293, 54115, // Facebook
		13414, 14413, 714, 44788, // Twitter, LinkedIn, Apple, Criteo
		140577, 209366, 396986, 399358, 401551, // Ahrefs, Semrush, ByteDance, Anthropic
		398324, 398705, 398722, // Censys
		22168, 213412, 211298, 395213, 399628, // Shadowserver, ONYPHE, Driftnet, Rapid7, Internet Measurement Research
	},
	geo.NetVPN: {
		136787, 147049, 207137, // PacketHub
		62371, 199218, 208172, 209103, 39351, 216025, 209854, // Proton, Mullvad, Surfshark
		203619, 208765, 213163, 394104, 397282,
	},
	geo.NetTor: {
		208323, 205100, 396507, 60729, 62744, 4224, 401370, // societies and companies that run exits
	},
	geo.NetMobile: {
		29355, 48503, 206026, 35104, // Kcell, Tele2 and Altel, Kar-Tel, Jusan
	},
}

// classWords are words of a provider's name that tell what it does, the strongest class first.
var classWords = []struct {
	class geo.NetClass
	words string
}{
	{geo.NetHosting, "hosting hoster hostings webhosting webhost hosted vps server servers datacenter datacenters datacentre datacentres datacentar colo colocation cloud hostingowe"},
	{geo.NetMobile, "mobile cellular celular gsm lte moviles t-mobile cellcom turkcell"},
	{geo.NetEyeball, "telecom telekom telecoms telecomunicacoes telecomunicaciones telecommunication telecommunications telefonica telefon telephone " +
		"rostelecom kazakhtelecom vimpelcom megafon beltelecom broadband cable cablevision fiber fibre fibra wireless wisp isp provedor banda " +
		"communications communication comunicacoes comunicaciones dsl adsl ftth university college school universidad universitas"},
}

// phrases are the names' pairs of words that tell what one of them would not.
var phrases = map[string]geo.NetClass{"data center": geo.NetHosting, "data centers": geo.NetHosting, "data centre": geo.NetHosting, "dedicated servers": geo.NetHosting}

// Classify says of which class the network of a provider is. It is approximate: [geo.NetUnknown] where
// neither the number nor the name tells.
func Classify(asn uint32, name string) geo.NetClass { return newClassifier().classify(asn, name) }

type classifier struct {
	numbers map[uint32]geo.NetClass
	words   map[string]int // place in classWords
}

func newClassifier() classifier {
	c := classifier{map[uint32]geo.NetClass{}, map[string]int{}}
	for class, numbers := range operators {
		for _, asn := range numbers {
			c.numbers[asn] = class
		}
	}
	for place, row := range classWords {
		for word := range strings.FieldsSeq(row.words) {
			c.words[word] = place
		}
	}
	return c
}

func (c classifier) classify(asn uint32, name string) geo.NetClass {
	if class, known := c.numbers[asn]; known {
		return class
	}
	best, before := len(classWords), ""
	for word := range strings.FieldsSeq(strings.ToLower(name)) {
		word = strings.Trim(word, `.,;:"'()[]`)
		if class, ok := phrases[before+" "+word]; ok {
			return class
		}
		if place, ok := c.words[word]; ok {
			best = min(best, place)
		}
		before = word
	}
	if best == len(classWords) {
		return geo.NetUnknown
	}
	return classWords[best].class
}
