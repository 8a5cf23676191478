package visit

import "strings"

// Classes of bots.
const (
	classSearch  = "search"  // fills a search index
	classAI      = "ai"      // feeds or serves a language model
	classMonitor = "monitor" // watches whether a site is up, fast or valid
	classPreview = "preview" // makes a card or picture of a shared link
	classFeed    = "feed"    // reads feeds
	classTool    = "tool"    // a library, command or automated browser
	classScanner = "scanner" // looks for weaknesses or takes inventory of the net
	classOther   = "other"   // anything else: search marketing, advertising, archives, unknown
)

// OtherBot is the name of every bot that has none of its own: the vocabulary is closed, so that no bot
// can write its own text into the statistics.
const OtherBot = "Other"

// botList is the vocabulary: per class, "Name" or "Name=word word", where word is what tells it.
var botList = []struct{ class, names string }{
	{classSearch, `Googlebot=googlebot googlebots google_extended,Google-InspectionTool=inspectiontool,GoogleOther,Google-Site-Verification=verification,
Storebot-Google=storebot,bingbot,msnbot,Yahoo! Slurp=slurp,DuckDuckBot=duckduckbot duckduckgo_favicons,Baiduspider=baiduspider baidu_spider,
YandexBot=yandexbot yandexmobilebot yandexaccessibilitybot yandexadditional yandexadditionalbot yandexcombot yandexrenderresourcesbot yandexscreenshotbot,
YandexImages=yandeximages yandeximageresizer yandexfavicons,YandexVideo=yandexvideo yandexvideoparser yandexmedia,YandexNews=yandexnews yandexblogs,
YandexMarket=yandexmarket yandexvertis yandexverticals yandexsearchshop,YandexWebmaster=yandexwebmaster yandexpagechecker yandexsitelinks,YandexOntoDB=yandexontodb yandexontodbapi,
YandexCalendar,YandexTurbo,YandexSpravBot,YandexMetrika=yandexmetrika yandextracker,Mail.RU_Bot=ru_bot ru_robot,Sogou=sogou,360Spider,HaoSouSpider,YisouSpider,EasouSpider,PetalBot=petalbot aspiegelbot,
SeznamBot,Exabot=exabot exabotd,Qwantify=qwantify qwantbot,Applebot,MojeekBot,coccocbot=coccocbot coccoc,Yeti=yeti naverbot,Daumoa=daumoa daum,Gigabot=gigabot gigablastopensource,MSNBot-Media=msnbot_media,
Neevabot,Bravebot,Kagibot=kagibot,Marginalia=marginalia,YaCy=yacybot,Swisscows,Ecosia=ecosiabot,Wotbox,Findxbot,SputnikBot=sputnikbot sputnik,Rambler=stackrambler,ICC-Crawler=icc,Cliqzbot,Teoma=teoma,VoilaBot,
Nutch=nutch,LumiBot,Genieo,YoudaoBot,Toutiao=toutiaospider,ZumBot,Googlebot-Video=googlebot_video,Funnelback,Searcherweb,Mediapartners-Google=mediapartners`},
	{classAI, `GPTBot,ChatGPT-User=chatgpt,OAI-SearchBot=oai,ClaudeBot,Claude-User=claude,Anthropic=anthropic,PerplexityBot,Perplexity-User=perplexity,CCBot,Bytespider,Diffbot,
cohere-ai=cohere,FacebookBot,Meta-ExternalAgent=externalagent,Meta-ExternalFetcher=externalfetcher,Amazonbot,AI2Bot,ImagesiftBot,YouBot,Timpibot,PanguBot,DeepSeekBot=deepseekbot deepseek,
MistralAI-User=mistralai,DuckAssistBot,iAskBot,Omgilibot=omgilibot omgili,Webzio=webzio,img2dataset,TikTokSpider,SBIntuitionsBot,Velen=velenpublicwebcrawler,PhindBot,QuillBot,Cotoyogi,
Google-CloudVertexBot=cloudvertexbot,Gemini=gemini,Kangaroo Bot=kangaroo,Sidetrade=sidetrade,Scrapy AI=firecrawlagent firecrawl,Andibot,Bedrock=bedrockbot,NovaAct=novaact,LinerBot,Devin,Manus=manus,xAI=grokbot xai,Spawning-AI=spawning,Google-Agent=googleagent`},
	{classMonitor, `UptimeRobot,Pingdom=pingdom pingdombot pingdomtms pingdompagespeed,StatusCake,Site24x7,NewRelic=newrelicpinger newrelicsynthetics,Datadog=datadog datadogsynthetics,Zabbix,Nagios=nagios check_http,Uptime-Kuma=kuma,
Better Uptime=betteruptime,GTmetrix,Lighthouse=lighthouse,WebPageTest=ptst,HetrixTools,updown.io=updown,Freshping,NodePing,Catchpoint,ThousandEyes,Dynatrace=ruxitsynthetic dynatrace,AppInsights,
W3C Validator=w3c_validator w3c w3c_i18n w3c_unicorn w3c_css_validator_jfouffa,Validator.nu=validatornu,Prometheus,Blackbox=blackbox,Stackdriver=googlestackdrivermonitoring,Route 53=route53,ELB=healthchecker,kube-probe=kube,
Monit,internetVista=internetvista,Uptrends,Alertra,Jetpack=jetmon jetpack,DareBoost,SiteUptime,WebsitePulse=websitepulse,Panopta,LogicMonitor,Siteimprove=siteimprove,Silktide,Calibre=calibreapp,SpeedCurve,Checkly,Cloudflare=cloudflare,
Google-PageSpeed=pagespeed,Xenu Link Sleuth=xenu,Hyperspin,Rigor,Sindup,Poduptime,Honeybadger,Wormly,Ghost Inspector=inspector,Montastic,Cabot`},
	{classPreview, `Facebook=facebookexternalhit facebookcatalog facebookplatform facebookexternalua,Twitterbot,LinkedInBot,Slackbot=slackbot slack,Discordbot,TelegramBot,WhatsApp,SkypeUriPreview,
Pinterestbot=pinterestbot pinterestcrawler,redditbot,vkShare=vkshare vkrobot,OdklBot,Viber,Google-Read-Aloud=aloud,GoogleImageProxy=googleimageproxy,YahooMailProxy,Embedly,Iframely,Bluesky=cardyb bluesky,
Mastodon=mastodon,Tumblr,BingPreview,Snapchat=snapchatads,Flipboard=flipboardproxy flipboardrss,Nuzzel,Hatena=hatena hatenabookmark,Disqus,Valve=steamchaturllookup,XING,Mattermost=mattermost,Zoom=zoombot,Google-Safety=safety,
github-camo=camo,Rocket.Chat=rocketchat,Google Favicon=favicon favicons,Instapaper,Pocket=pocketparser pocketimagecache,Signal=signalbot,KakaoTalk=kakaotalkscrap scrap,Zalo=zalobot,Teams=urlpreviewbot,FastmailUA,Quora=quorabot,PrintFriendly`},
	{classFeed, `Feedly=feedly feedlybot feedlyapp,Feedbin,FeedFetcher=feedfetcher,FeedBurner,Inoreader,NewsBlur,Netvibes,Tiny Tiny RSS=ttrss tt,The Old Reader=theoldreader,FreshRSS,Miniflux,CommaFeed,Feedspot,
Bloglovin,UniversalFeedParser=universalfeedparser feedparser,SimplePie,NetNewsWire,Reeder,Liferea,Akregator,Newsify,Superfeedr,Feeder,NextCloud=nextcloud,Podcast Addict=podcastaddict,MagpieRSS=magpierss,LiveJournal=livejournal,
Apple Podcasts=itms itunes,Overcast,gPodder,Apple Syndication=applesyndication,Feedwind,Blogtrottr,MonitoRSS,OpenRSS,RSSOwl,Digg=digg,BazQux=bazqux,Newsboat=newsboat newsbeuter,Planet=venus planet,Spinn3r,Twingly,PostRank,Moreover=moreover,NewsGator=newsgatoronline,RSSBandit,Aggrevator`},
	{classTool, `curl=curl libcurl pycurl,Wget=wget wget2,Python Requests=requests,Python-urllib=urllib urllib3,aiohttp,HTTPX=httpx,Python=python cpython,Scrapy,Go=go,Java=java,Apache-HttpClient=httpclient httpasyncclient,okhttp,axios,Node.js=node nodejs undici got,
libwww-perl=libwww lwp perl,PHP=php,Guzzle=guzzlehttp guzzle,Ruby=ruby,Faraday,HTTPie,Postman=postmanruntime,Insomnia=insomnia,HeadlessChrome=headlesschrome,PhantomJS,Selenium=selenium,Puppeteer=puppeteer,Playwright=playwright,
CFNetwork,Dalvik,WinHTTP=winhttp winhttprequest,PowerShell=windowspowershell powershell,HTTrack,Jakarta=jakarta,Jersey,Feign,reqwest,Dart,Colly=colly,aria2,lftp,SiteSucker,WebCopier=webcopier webcopy,Teleport=teleport,Indy Library=indy,
Snoopy=snoopy,WordPress=wordpress,Drupal=drupal,Jetty,AHC,RestSharp,Deno=deno,Bun=bun,Typhoeus,HTTP.rb=httprb,Mechanize=mechanize,Nightmare=nightmare,SlimerJS,Cypress=cypress,fasthttp=fasthttp,libfetch=libfetch,Chef=chef,Portscout,Zapier,Integromat=integromat,
Newspaper=newspaper,Goose=goose,Splash=splash,BTWebClient=btwebclient,MS Office=msoffice,Web Downloader=downloader,ZDM,YahooCacheSystem,JMeter=jmeter,Gatling,k6,ApacheBench=apachebench,Siege=siege,wrk,hey,Vegeta`},
	{classScanner, `zgrab,masscan,Nmap=nmap,Nikto,sqlmap,Nuclei,WPScan,Censys=censysinspect censys,Shodan,InternetMeasurement,Expanse=expanse expanseinc paloaltonetworks,NetSystemsResearch,LeakIX=l9explore l9tcpid l9scan leakix,Nessus,OpenVAS,Acunetix,
Netsparker=netsparker invicti,Qualys,DirBuster,gobuster,ffuf,Odin,BinaryEdge,Detectify,Arachni,w3af,SecurityHeaders,SSL Labs=ssllabs,Sucuri,WhatWeb,Wappalyzer,BuiltWith,zmap=zmap,Jorgee,ZmEu,Morfeus=morfeus,Project 25499=25499,Onyphe=onyphe,
Foregenix,Hardenize,SiteLock,VaultPress,watchTowr,Assetnote,fasthttp-scan=fuzz,CyberCasa=cybercasa,BlackDuck=blackduck,DNSScanner,EmailWolf,HackerOne=hackerone,BugCrowd=bugcrowd,Criminalip=criminalip,httpx-scan=httpxscan,Hello=hello`},
	{classOther, `AdsBot-Google=adsbot adsbots,AdIdxBot=adidxbot,YandexDirect=yandexdirect yadirectfetcher yandexdirectdyn yandexadnet,AhrefsBot=ahrefsbot ahrefssiteaudit ahrefs,SemrushBot=semrushbot semrush siteauditbot rsiteauditor splitsignalbot,MJ12bot,DotBot,BLEXBot,
DataForSeoBot,serpstatbot,rogerbot,Screaming Frog=screaming frog,SEOkicks=seokicks,SISTRIX=sistrix,Seobility=seobility,Barkrowler,MegaIndex=megaindex,Linkdex=linkdex linkdexbot,Ezooms,TurnitinBot=turnitinbot turnitin,Brandwatch=magpie brandwatch,Sitebulb,
proximic,Grapeshot=grapeshotcrawler,IAS=ias_crawler ias,ADmantX=admantx,TTD=ttd,Criteo=criteobot,Peer39=peer39_crawler peer39,ZoominfoBot,Dataprovider=dataprovider,DomainStatsBot,netEstate=neestate netestate,Heritrix=heritrix,psbot,ltx71,Trendiction=trendictionbot,
BUbiNG,Internet Archive=ia_archiver org_bot archivebot special_archiver,Archive.today=archiveis,Panscient=panscient,ips-agent=ips,MetaURI=metauri,Datanyze,Outbrain=outbrain,Scope3,Pixalate=pixalate,Gluten Free=gluten,2ip=2ip,Google-Adwords=adwords,
CapitalOneShopping=capitaloneshopping,Thinklab=thinklab,Traackr=traackr,Upflow,Hotjar,BeetleBot=beetlebot,Robosourcer,Binlar=binlar_2 binlar,SiteExplorer,Distilator,Google Desktop=desktop_google,Pageburst=pageburstbot,Owler=owler,GeedoBot=geedobot geedoproductsearch geedoshopproductfinder`},
}

// genericWords tell a bot, not which; the class is the best guess.
var genericWords = map[string]string{
	"bot": classOther, "bots": classOther, "robot": classOther, "robots": classOther, "crawl": classOther,
	"crawler": classOther, "crawlers": classOther, "crawling": classOther, "spider": classOther, "spiders": classOther,
	"scraper": classOther, "scraping": classOther, "archiver": classOther, "archiving": classOther, "indexer": classOther,
	"http": classOther, "https": classOther, "www": classOther, "mailto": classOther, "seo": classOther,
	"fetcher": classTool, "headless": classTool, "automation": classTool, "client": classTool,
	"scanner": classScanner, "scan": classScanner, "security": classScanner, "research": classScanner,
	"monitor": classMonitor, "monitoring": classMonitor, "checker": classMonitor, "linkcheck": classMonitor, "linkchecker": classMonitor,
	"validator": classMonitor, "uptime": classMonitor, "synthetic": classMonitor, "watcher": classMonitor,
	"preview": classPreview, "linkpreview": classPreview, "screenshot": classPreview, "imageproxy": classPreview,
	"rss": classFeed, "feed": classFeed, "feeds": classFeed, "aggregator": classFeed, "subscribers": classFeed,
	"agent": classOther, "ghost": classOther, "slurp": classSearch,
}

// weakWords tell a bot only where no browser is named.
const weakWords = "go java got node hey python cpython php ruby dart deno bun client agent ghost security research feed feeds tt planet goose newspaper siege wrk hello safety scrap perl indy " +
	"snoopy daum msoffice chef downloader teleport gemini manus odin slack outbrain scan aggregator reeder digg line zalo"

// bot is one entry of the vocabulary.
type bot struct{ name, class string }

// The unnamed bots, one per class in the order of botList, after the zero entry that is no bot.
const (
	botNone uint16 = iota
	botSearch
	botAI
	botMonitor
	botPreview
	botFeed
	botTool
	botScanner
	botOther
)

// newVocabulary reads botList into d and returns the bots.
func newVocabulary(d *dictionary) []bot {
	weak := map[string]bool{}
	for text := range strings.FieldsSeq(weakWords) {
		weak[text] = true
	}
	bots := []bot{{}}
	classes := map[string]uint16{}
	for _, list := range botList {
		classes[list.class] = uint16(len(bots))
		bots = append(bots, bot{OtherBot, list.class})
	}
	for _, list := range botList {
		for entry := range strings.SplitSeq(list.names, ",") {
			name, words, ok := strings.Cut(strings.TrimSpace(entry), "=")
			if !ok {
				words = strings.ToLower(name)
			}
			bots = append(bots, bot{name, list.class})
			for text := range strings.FieldsSeq(words) {
				d.add(text, word{means: meansBot, bot: uint16(len(bots) - 1), weak: weak[text]})
			}
		}
	}
	for text, class := range genericWords {
		d.add(text, word{means: meansGeneric, bot: classes[class], weak: weak[text]})
	}
	return bots
}
