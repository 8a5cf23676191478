package visit

// family is a browser, in falling order of what wins when a string claims to be several: an app's
// browser before the engine's, a brand before the browser it is made from.
type family uint8

const (
	familyNone family = iota
	familyMessenger
	familyFacebook
	familyInstagram
	familySnapchat
	familyTwitter
	familyPinterest
	familySeaMonkey
	familyWaterfox
	familyPaleMoon
	familyFirefoxIOS
	familyUC
	familyOperaMini
	familyOperaMobile
	familyOPR
	familyHuawei
	familyAVG
	familyAvast
	familyAloha
	familyBrave
	familySilk
	familyPuffin
	familyEdgeMobile
	familyOculus
	familySamsung
	familySeznam
	familyCocCoc
	familyBaidu
	familyBaiduExplorer
	familyMaxthon
	familyLINE
	familyMiui
	familyMint
	familyGSA
	familyQQMobile
	familyQQ
	familyDuckDuckGo
	familyEcosia
	familyVivo
	familyHi
	familyCriOS
	familyChromeFrame
	familySogou
	familyYandex
	familyMailRu
	familyAOL
	familyWhale
	familyMidori
	familyLynx
	familyOmniWeb
	familyDillo
	familyCamino
	familyEpiphany
	familyFlock
	familyNetscape
	familyNetFront
	familyKonqueror
	familyIceape
	familyIceCat
	familyIceweasel
	familyGaleon
	familyIron
	familyPhoenix
	familyKMeleon
	familyRekonq
	familyConkeror
	familyLadybird
	familyMullvad
	familyThunderbird
	familyOutlook
	familyVivaldi
	familyEdge
	familyHeadless
	familyOpera
	familyChromium
	familyChrome
	familyIEMobile
	familyOpenwave
	familySEMC
	familyNokia
	familyOvi
	familyELinks
	familyLinks
	familyW3M
	familyBonEcho
	familyFirefox
	familyIE

	// Given by the whole of the string, not by one word.
	familyAndroid
	familyChromeMobile
	familyWebView
	familyFirefoxMobile
	familyMobileSafari
	familyWKWebView
	familySafari
	familyWebKit
	familyGoogle
	familyDuckDuckGoMobile
	familyEcosiaIOS
	familyBlackBerry
	familyNetFrontNX
	familyWebOS
	familyFirefoxBeta
	numFamilies
)

// familyNames are ua-parser's names of the families.
var familyNames = [numFamilies]string{
	familyMessenger: "Facebook Messenger", familyFacebook: "Facebook", familyInstagram: "Instagram",
	familySnapchat: "Snapchat", familyTwitter: "Twitter", familyPinterest: "Pinterest",
	familySeaMonkey: "SeaMonkey", familyWaterfox: "Waterfox", familyPaleMoon: "Pale Moon",
	familyFirefoxIOS: "Firefox iOS", familyUC: "UC Browser", familyOperaMini: "Opera Mini",
	familyOperaMobile: "Opera Mobile", familyOPR: "Opera", familyHuawei: "Huawei Browser", familyAVG: "AVG",
	familyAvast: "Avast Secure Browser", familyAloha: "Aloha Browser", familyBrave: "Brave",
	familySilk: "Amazon Silk", familyPuffin: "Puffin", familyEdgeMobile: "Edge Mobile",
	familyOculus: "Oculus Browser", familySamsung: "Samsung Internet", familySeznam: "Seznam prohlížeč",
	familyCocCoc: "Coc Coc", familyBaidu: "Baidu Browser", familyBaiduExplorer: "Baidu Explorer",
	familyMaxthon: "Maxthon", familyLINE: "LINE", familyMiui: "MiuiBrowser", familyMint: "Mint Browser",
	familyGSA: "Google", familyQQMobile: "QQ Browser Mobile", familyQQ: "QQ Browser",
	familyDuckDuckGo: "DuckDuckGo", familyEcosia: "Ecosia Android", familyVivo: "VivoBrowser",
	familyHi: "HiBrowser", familyCriOS: "Chrome Mobile iOS", familyChromeFrame: "Chrome Frame",
	familySogou: "Sogou Explorer", familyYandex: "Yandex Browser", familyMailRu: "Mail.ru Chromium Browser",
	familyAOL: "AOL", familyWhale: "Whale", familyMidori: "Midori", familyLynx: "Lynx",
	familyOmniWeb: "OmniWeb", familyDillo: "Dillo", familyCamino: "Camino", familyEpiphany: "Epiphany",
	familyFlock: "Flock", familyNetscape: "Netscape", familyNetFront: "NetFront", familyKonqueror: "Konqueror",
	familyIceape: "Iceape", familyIceCat: "IceCat", familyIceweasel: "Iceweasel", familyGaleon: "Galeon",
	familyIron: "Iron", familyPhoenix: "Phoenix", familyKMeleon: "K-Meleon", familyRekonq: "Rekonq",
	familyConkeror: "Conkeror", familyLadybird: "Ladybird", familyMullvad: "MullvadBrowser",
	familyThunderbird: "Thunderbird", familyOutlook: "Outlook", familyVivaldi: "Vivaldi", familyEdge: "Edge",
	familyHeadless: "HeadlessChrome", familyOpera: "Opera", familyChromium: "Chromium", familyChrome: "Chrome",
	familyIEMobile: "IE Mobile", familyOpenwave: "Openwave", familySEMC: "SEMC-Browser",
	familyNokia: "Nokia Browser", familyOvi: "Ovi Browser", familyELinks: "ELinks", familyLinks: "Links",
	familyW3M: "w3m", familyBonEcho: "Bon Echo", familyFirefox: "Firefox", familyIE: "IE",
	familyAndroid: "Android", familyChromeMobile: "Chrome Mobile", familyWebView: "Chrome Mobile WebView",
	familyFirefoxMobile: "Firefox Mobile", familyMobileSafari: "Mobile Safari",
	familyWKWebView: "Mobile Safari UI/WKWebView", familySafari: "Safari", familyWebKit: "WebKit",
	familyGoogle: "Google", familyDuckDuckGoMobile: "DuckDuckGo Mobile", familyEcosiaIOS: "Ecosia iOS",
	familyBlackBerry: "BlackBerry WebKit", familyNetFrontNX: "NetFront NX", familyWebOS: "webOS Browser",
	familyFirefoxBeta: "Firefox Beta",
}

// brandWords are the words by which families are told, in lower case.
var brandWords = map[string]family{
	"messengerforios": familyMessenger, "messenger": familyMessenger, "fbav": familyFacebook, "fban": familyFacebook,
	"fb_iab": familyFacebook, "instagram": familyInstagram, "snapchat": familySnapchat, "twitter": familyTwitter,
	"twitterandroid": familyTwitter, "pinterest": familyPinterest, "seamonkey": familySeaMonkey,
	"waterfox": familyWaterfox, "palemoon": familyPaleMoon, "fxios": familyFirefoxIOS, "ucbrowser": familyUC,
	"ucweb": familyUC, "opios": familyOperaMini, "mini": familyNone, "mobi": familyNone, "opr": familyOPR,
	"huaweibrowser": familyHuawei, "avg": familyAVG, "avast": familyAvast, "avastsecurebrowser": familyAvast,
	"alohabrowser": familyAloha, "brave": familyBrave, "silk": familySilk, "puffin": familyPuffin,
	"edga": familyEdgeMobile, "edgios": familyEdgeMobile, "oculusbrowser": familyOculus,
	"samsungbrowser": familySamsung, "sznprohlizec": familySeznam, "coc_coc_browser": familyCocCoc,
	"baidubrowser": familyBaidu, "flyflow": familyBaiduExplorer, "mxbrowser": familyMaxthon, "maxthon": familyMaxthon,
	"line": familyLINE, "miuibrowser": familyMiui, "gsa": familyGSA, "mqqbrowser": familyQQMobile,
	"qqbrowser": familyQQ, "duckduckgo": familyDuckDuckGo, "ddg": familyDuckDuckGo, "ecosia": familyEcosia,
	"vivobrowser": familyVivo, "hibrowser": familyHi, "crios": familyCriOS, "chromeframe": familyChromeFrame,
	"metasr": familySogou, "yabrowser": familyYandex, "yasearchbrowser": familyYandex, "yaapp": familyNone,
	"mrchrome": familyMailRu, "aolbuild": familyAOL, "whale": familyWhale, "midori": familyMidori,
	"lynx": familyLynx, "omniweb": familyOmniWeb, "dillo": familyDillo, "camino": familyCamino,
	"epiphany": familyEpiphany, "flock": familyFlock, "netscape": familyNetscape, "netscape6": familyNetscape,
	"navigator": familyNetscape, "netfront": familyNetFront, "konqueror": familyKonqueror, "iceape": familyIceape,
	"icecat": familyIceCat, "iceweasel": familyIceweasel, "galeon": familyGaleon, "iron": familyIron,
	"phoenix": familyPhoenix, "meleon": familyKMeleon, "rekonq": familyRekonq, "conkeror": familyConkeror,
	"ladybird": familyLadybird, "mullvadbrowser": familyMullvad, "thunderbird": familyThunderbird,
	"outlook": familyOutlook, "vivaldi": familyVivaldi, "edg": familyEdge, "edge": familyEdge,
	"headlesschrome": familyHeadless, "opera": familyOpera, "chromium": familyChromium, "chrome": familyChrome,
	"crmo": familyChrome, "iemobile": familyIEMobile, "openwave": familyOpenwave, "semc": familySEMC,
	"nokiabrowser": familyNokia, "browserng": familyNokia, "s40ovibrowser": familyOvi, "elinks": familyELinks,
	"links": familyLinks, "w3m": familyW3M, "bonecho": familyBonEcho, "firefox": familyFirefox, "msie": familyIE,
	"fennec": familyFirefoxMobile, "icab": familyNone,
}
