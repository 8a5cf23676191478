package geo

import (
	"iter"
	"sort"
)

// countries is every officially assigned ISO 3166-1 alpha-2 code, sorted, and XK, which the
// standard leaves to its users and which the trade uses for Kosovo.
const countries = "" +
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCN" +
	"COCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHM" +
	"HNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMK" +
	"MLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW" +
	"SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI" +
	"VNVUWFWSXKYEYTZAZMZW"

// ValidCountry reports whether code is a country that a [Location] may name: an officially assigned
// ISO 3166-1 alpha-2 code in upper case, or XK. Codes that registries use for no country in
// particular (AP, EU, ZZ) are not.
func ValidCountry(code string) bool {
	if len(code) != 2 {
		return false
	}
	i := 2 * sort.Search(len(countries)/2, func(i int) bool { return countries[2*i:2*i+2] >= code })
	return i < len(countries) && countries[i:i+2] == code
}

// Countries yields every code that [ValidCountry] accepts, in alphabetical order.
func Countries() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(countries); i += 2 {
			if !yield(countries[i : i+2]) {
				return
			}
		}
	}
}
