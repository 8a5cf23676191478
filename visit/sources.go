package visit

// Channels: how a visitor came.
const (
	channelSearch   = "search"
	channelSocial   = "social"
	channelAI       = "ai"
	channelMail     = "mail"
	channelPaid     = "paid"
	channelCampaign = "campaign"
	channelReferral = "referral"
	channelDirect   = "direct"
)

// sourceHosts are hosts whose visitors came by a known channel; their subdomains too, unless listed
// themselves.
var sourceHosts = map[string]string{
	"bing.com": channelSearch, "duckduckgo.com": channelSearch, "search.brave.com": channelSearch, "ecosia.org": channelSearch,
	"qwant.com": channelSearch, "startpage.com": channelSearch, "baidu.com": channelSearch, "sogou.com": channelSearch,
	"so.com": channelSearch, "sm.cn": channelSearch, "naver.com": channelSearch, "search.naver.com": channelSearch, "daum.net": channelSearch,
	"ya.ru": channelSearch, "go.mail.ru": channelSearch, "nova.rambler.ru": channelSearch, "rambler.ru": channelSearch,
	"sputnik.ru": channelSearch, "seznam.cz": channelSearch, "search.seznam.cz": channelSearch, "search.aol.com": channelSearch,
	"ask.com": channelSearch, "yandex.com.tr": channelSearch, "kaz.kz": channelSearch, "poisk.kz": channelSearch, "swisscows.com": channelSearch,
	"mojeek.com": channelSearch, "kagi.com": channelSearch, "lycos.com": channelSearch, "petalsearch.com": channelSearch,
	"presearch.com": channelSearch, "search.marginalia.nu": channelSearch, "coccoc.com": channelSearch, "yep.com": channelSearch,
	"android-app:com.google.android.googlequicksearchbox": channelSearch, "com.google.android.googlequicksearchbox": channelSearch,
	"ru.yandex.searchplugin": channelSearch, "com.yandex.browser": channelSearch,

	"facebook.com": channelSocial, "fb.com": channelSocial, "fb.me": channelSocial, "instagram.com": channelSocial, "threads.net": channelSocial, "threads.com": channelSocial,
	"twitter.com": channelSocial, "x.com": channelSocial, "t.co": channelSocial, "linkedin.com": channelSocial, "lnkd.in": channelSocial,
	"vk.com": channelSocial, "vk.ru": channelSocial, "m.vk.com": channelSocial, "vkontakte.ru": channelSocial, "ok.ru": channelSocial, "odnoklassniki.ru": channelSocial,
	"my.mail.ru": channelSocial, "t.me": channelSocial, "telegram.org": channelSocial, "web.telegram.org": channelSocial, "telegram.me": channelSocial,
	"org.telegram.messenger": channelSocial, "tiktok.com": channelSocial, "youtube.com": channelSocial, "youtu.be": channelSocial, "pinterest.com": channelSocial, "reddit.com": channelSocial,
	"old.reddit.com": channelSocial, "com.reddit.frontpage": channelSocial, "news.ycombinator.com": channelSocial, "lobste.rs": channelSocial, "tumblr.com": channelSocial,
	"quora.com": channelSocial, "weibo.com": channelSocial, "snapchat.com": channelSocial, "discord.com": channelSocial, "whatsapp.com": channelSocial,
	"wa.me": channelSocial, "web.whatsapp.com": channelSocial, "viber.com": channelSocial, "bsky.app": channelSocial, "mastodon.social": channelSocial, "dzen.ru": channelSocial,
	"zen.yandex.ru": channelSocial, "zen.yandex.kz": channelSocial, "pikabu.ru": channelSocial, "habr.com": channelSocial, "livejournal.com": channelSocial, "rutube.ru": channelSocial,
	"kaspi.me": channelSocial, "medium.com": channelSocial, "flipboard.com": channelSocial, "messenger.com": channelSocial, "slack.com": channelSocial, "twitch.tv": channelSocial,
	"stackoverflow.com": channelSocial, "com.twitter.android": channelSocial, "com.linkedin.android": channelSocial, "com.vkontakte.android": channelSocial,

	"chatgpt.com": channelAI, "chat.openai.com": channelAI, "openai.com": channelAI, "perplexity.ai": channelAI, "claude.ai": channelAI,
	"gemini.google.com": channelAI, "bard.google.com": channelAI, "copilot.microsoft.com": channelAI, "copilot.com": channelAI, "edgeservices.bing.com": channelAI,
	"chat.deepseek.com": channelAI, "deepseek.com": channelAI, "grok.com": channelAI, "x.ai": channelAI, "poe.com": channelAI, "you.com": channelAI,
	"chat.mistral.ai": channelAI, "mistral.ai": channelAI, "meta.ai": channelAI, "phind.com": channelAI, "character.ai": channelAI, "giga.chat": channelAI,
	"alice.yandex.ru": channelAI, "alice.yandex.kz": channelAI, "ya.ru/alice": channelAI, "gigachat.ru": channelAI, "chat.qwen.ai": channelAI, "kimi.com": channelAI, "doubao.com": channelAI,
	"notebooklm.google.com": channelAI, "duck.ai": channelAI, "felo.ai": channelAI, "genspark.ai": channelAI,

	"mail.google.com": channelMail, "com.google.android.gm": channelMail, "outlook.live.com": channelMail, "outlook.office.com": channelMail, "outlook.office365.com": channelMail,
	"mail.yahoo.com": channelMail, "e.mail.ru": channelMail, "mail.ru": channelMail, "touch.mail.ru": channelMail, "mail.yandex.ru": channelMail, "mail.yandex.kz": channelMail,
	"mail.yandex.com": channelMail, "mail.kz": channelMail, "mail.proton.me": channelMail, "mail.rambler.ru": channelMail, "webmail.kz": channelMail, "mail.aol.com": channelMail,
	"mail.zoho.com": channelMail, "mail.163.com": channelMail, "mail.qq.com": channelMail,
}

// searchNames are engines that answer under many national domains: google.kz, google.co.uk.
var searchNames = map[string]bool{"google": true, "yandex": true, "yahoo": true}

// secondLevel are labels under which national registries register names.
var secondLevel = map[string]bool{"co": true, "com": true, "org": true, "net": true}
