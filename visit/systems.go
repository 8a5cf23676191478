package visit

// system is an operating system, in falling order of what wins when several are named.
type system uint8

const (
	systemNone system = iota
	systemWindowsPhone
	systemChromecast
	systemAndroid
	systemWindowsMobile
	systemWindows
	systemTizen
	systemMac
	systemTV
	systemIOS
	systemWatch
	systemChromeOS
	systemDebian
	systemMint
	systemSymbian
	systemMeeGo
	systemSeries40
	systemBlackBerry
	systemBlackBerryTablet
	systemKai
	systemFirefoxOS
	systemWebOS
	systemFedora
	systemRedHat
	systemUbuntu
	systemKindle
	systemSailfish
	systemSlackware
	systemFreeBSD
	systemOpenBSD
	systemNetBSD
	systemGentoo
	systemBada
	systemMaemo
	systemWeb0S
	systemHarmony
	systemArch
	systemCentOS
	systemOpenSUSE
	systemSUSE
	systemMageia
	systemLinux
	systemSolaris
	numSystems
)

// systemNames are ua-parser's names of the systems; HarmonyOS is ours.
var systemNames = [numSystems]string{
	systemWindowsPhone: "Windows Phone", systemChromecast: "Chromecast Linux", systemAndroid: "Android",
	systemWindowsMobile: "Windows Mobile", systemWindows: "Windows", systemTizen: "Tizen", systemMac: "Mac OS X",
	systemTV: "ATV OS X", systemIOS: "iOS", systemWatch: "WatchOS", systemChromeOS: "Chrome OS",
	systemDebian: "Debian", systemMint: "Linux Mint", systemSymbian: "Symbian OS", systemMeeGo: "MeeGo",
	systemSeries40: "Nokia Series 40", systemBlackBerry: "BlackBerry OS",
	systemBlackBerryTablet: "BlackBerry Tablet OS", systemKai: "KaiOS", systemFirefoxOS: "Firefox OS",
	systemWebOS: "webOS", systemFedora: "Fedora", systemRedHat: "Red Hat", systemUbuntu: "Ubuntu",
	systemKindle: "Kindle", systemSailfish: "Sailfish", systemSlackware: "Slackware", systemFreeBSD: "FreeBSD",
	systemOpenBSD: "OpenBSD", systemNetBSD: "NetBSD", systemGentoo: "Gentoo", systemBada: "Bada",
	systemMaemo: "Maemo", systemWeb0S: "Web0S", systemHarmony: "HarmonyOS", systemArch: "Arch Linux",
	systemCentOS: "CentOS", systemOpenSUSE: "openSUSE", systemSUSE: "SUSE", systemMageia: "Mageia",
	systemLinux: "Linux", systemSolaris: "Solaris",
}

// systemWords are the words by which systems are told, in lower case.
var systemWords = map[string]system{
	"android": systemAndroid, "adr": systemAndroid, "windows": systemWindows, "win": systemWindows,
	"win32": systemWindows, "win95": systemWindows, "win98": systemWindows, "winnt": systemWindows, "tizen": systemTizen,
	"macintosh": systemMac, "mac_powerpc": systemMac, "ppc": systemMac, "iphone": systemIOS, "ipad": systemIOS, "ipod": systemIOS, "ios": systemIOS,
	"cros": systemChromeOS, "debian": systemDebian, "mint": systemMint, "symbianos": systemSymbian,
	"symbian": systemSymbian, "symbos": systemSymbian, "series60": systemSymbian, "meego": systemMeeGo, "series40": systemSeries40,
	"blackberry": systemBlackBerry, "bb10": systemBlackBerry, "playbook": systemBlackBerryTablet, "kaios": systemKai,
	"webos": systemWebOS, "hpwos": systemWebOS, "fedora": systemFedora, "ubuntu": systemUbuntu, "kubuntu": systemUbuntu,
	"lubuntu": systemUbuntu, "kindle": systemKindle, "sailfish": systemSailfish, "slackware": systemSlackware,
	"freebsd": systemFreeBSD, "openbsd": systemOpenBSD, "netbsd": systemNetBSD, "gentoo": systemGentoo, "bada": systemBada,
	"maemo": systemMaemo, "web0s": systemWeb0S, "harmonyos": systemHarmony, "openharmony": systemHarmony, "centos": systemCentOS,
	"opensuse": systemOpenSUSE, "suse": systemSUSE, "mageia": systemMageia, "linux": systemLinux, "sunos": systemSolaris,
	"watchos": systemWatch, "appletv": systemTV, "crkey": systemChromecast,
}
