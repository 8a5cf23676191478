package risk

// pattern is text that is looked for in a decoded target, in lower case, with '+' as a space and comments of SQL as one. Its
// weight is in halves: two halves in one target make the signal.
type pattern struct {
	text   string
	signal signal
	halves uint8
}

// patterns are families of attacks, none of them a known program's address.
var patterns = []pattern{
	{"../", traversal, 1}, {"../../", traversal, 1}, {`..\`, traversal, 1}, {`..\..\`, traversal, 1}, {"/..;", traversal, 2},
	{"..\xc0\xaf", traversal, 2}, {"\x00", traversal, 1},

	{"/etc/passwd", systemFile, 2}, {"/etc/shadow", systemFile, 2}, {"/etc/hosts", systemFile, 2}, {"/proc/self/", systemFile, 2},
	{"/bin/sh", systemFile, 2}, {"/bin/bash", systemFile, 2},
	{"win.ini", systemFile, 1}, {"windows/", systemFile, 1}, {`windows\`, systemFile, 1}, {"boot.ini", systemFile, 2},
	{"cmd.exe", systemFile, 2}, {"/web-inf/", systemFile, 2}, {"/meta-inf/", systemFile, 2},
	{"/dev/tcp/", systemFile, 2}, {"/usr/bin/", systemFile, 2}, {"/var/log/", systemFile, 2}, {"/usr/share/", systemFile, 1},
	{"/root/.", systemFile, 2}, {"/.ssh/", systemFile, 2},

	{"/;/", nameConfusion, 2}, {"/..;/", nameConfusion, 2}, {".php/.", nameConfusion, 2}, {".jsp/.", nameConfusion, 2}, {".aspx/.", nameConfusion, 2}, {".cgi/.", nameConfusion, 2},

	{"union select", sqlInjection, 2}, {"union all select", sqlInjection, 2}, {"union distinct", sqlInjection, 2},
	{"information_schema", sqlInjection, 1}, {"select * from", sqlInjection, 1}, {"' or ", sqlInjection, 1},
	{"\" or ", sqlInjection, 1},
	{"' and ", sqlInjection, 1}, {"\" and ", sqlInjection, 1}, {"or 1=1", sqlInjection, 2}, {"and 1=1", sqlInjection, 2},
	{"and 1=2", sqlInjection, 2}, {"'='", sqlInjection, 2}, {"'1'='1", sqlInjection, 2}, {"or '1", sqlInjection, 1},
	{"and '1", sqlInjection, 1},
	{"sleep(", sqlInjection, 1}, {"benchmark(", sqlInjection, 1}, {"pg_sleep(", sqlInjection, 2}, {"waitfor delay", sqlInjection, 2},
	{"extractvalue(", sqlInjection, 2}, {"updatexml(", sqlInjection, 2}, {"xp_cmdshell", sqlInjection, 2},
	{"group_concat(", sqlInjection, 2}, {"concat(", sqlInjection, 1}, {"char(", sqlInjection, 1}, {"chr(", sqlInjection, 1},
	{"concat(0x", sqlInjection, 2}, {"load_file(", sqlInjection, 2}, {"into outfile", sqlInjection, 2},
	{"drop table", sqlInjection, 1}, {"insert into", sqlInjection, 1}, {"delete from", sqlInjection, 1},
	{"@@version", sqlInjection, 2}, {"'--", sqlInjection, 1}, {"' --", sqlInjection, 1}, {"'#", sqlInjection, 1},
	{"';", sqlInjection, 1}, {"order by ", sqlInjection, 1}, {"-- -", sqlInjection, 1}, {" --", sqlInjection, 1},
	{"(select ", sqlInjection, 2},
	{"select ", sqlInjection, 1}, {"case when ", sqlInjection, 2}, {"dbms_", sqlInjection, 2}, {"having 1", sqlInjection, 2},
	{"sysobjects", sqlInjection, 2}, {"sqlite_master", sqlInjection, 2}, {"rlike ", sqlInjection, 1}, {"cast(", sqlInjection, 1},
	{"convert(", sqlInjection, 1}, {"null,null", sqlInjection, 2}, {"null, null", sqlInjection, 2},
	{"procedure analyse", sqlInjection, 2},

	{"<script", scriptInjection, 2}, {"&lt;script", scriptInjection, 2}, {"javascript:", scriptInjection, 2},
	{"onerror=", scriptInjection, 2}, {"onload=", scriptInjection, 2}, {"onmouseover=", scriptInjection, 2},
	{"onfocus=", scriptInjection, 2}, {"<iframe", scriptInjection, 2},
	{"<svg", scriptInjection, 2}, {"<img ", scriptInjection, 2}, {"alert(", scriptInjection, 1}, {"prompt(", scriptInjection, 1},
	{"document.cookie", scriptInjection, 1}, {"document.domain", scriptInjection, 1}, {"fromcharcode", scriptInjection, 2},
	{"vbscript:", scriptInjection, 2}, {"<body", scriptInjection, 1}, {"<object", scriptInjection, 2}, {"<embed", scriptInjection, 2},
	{"\"><", scriptInjection, 2}, {"'><", scriptInjection, 2},

	{"$(", codeInjection, 1}, {"${ifs}", codeInjection, 2}, {"`", codeInjection, 1}, {"${", codeInjection, 1},
	{"jndi:", codeInjection, 2}, {"#{", codeInjection, 1}, {"{{", codeInjection, 1}, {"%{", codeInjection, 1},
	{"<%", codeInjection, 2}, {"<?", codeInjection, 2},
	{";wget", codeInjection, 2}, {";curl", codeInjection, 2}, {"; wget", codeInjection, 2}, {"; curl", codeInjection, 2},
	{"|wget", codeInjection, 2}, {"&&wget", codeInjection, 2}, {"wget http", codeInjection, 2}, {"curl http", codeInjection, 2},
	{"rm -rf", codeInjection, 2}, {"chmod ", codeInjection, 1}, {"chmod 777", codeInjection, 2},
	{";touch ", codeInjection, 2}, {";cat ", codeInjection, 2}, {"|cat ", codeInjection, 2}, {";id", codeInjection, 1},
	{"|id", codeInjection, 1}, {";ls", codeInjection, 1}, {";sh ", codeInjection, 2}, {"|sh", codeInjection, 1},
	{"|bash", codeInjection, 2}, {"| bash", codeInjection, 2}, {"nc -e", codeInjection, 2}, {";ping ", codeInjection, 2},
	{"|ping ", codeInjection, 2}, {";echo ", codeInjection, 2}, {"powershell", codeInjection, 1}, {"-d|", codeInjection, 1},
	{"base64 -d", codeInjection, 2}, {"/tmp/", codeInjection, 1}, {";sleep ", codeInjection, 2},
	{"eval(", codeInjection, 1}, {"exec(", codeInjection, 1}, {"system(", codeInjection, 1}, {"passthru(", codeInjection, 1},
	{"assert(", codeInjection, 1}, {"phpinfo(", codeInjection, 1}, {"shell_exec", codeInjection, 1},
	{"call_user_func", codeInjection, 1}, {"invokefunction", codeInjection, 1}, {"base64_decode", codeInjection, 1},
	{"file_put_contents", codeInjection, 1}, {"allow_url_include", codeInjection, 1}, {"auto_prepend_file", codeInjection, 1},
	{"php://", codeInjection, 2}, {"data://text", codeInjection, 2}, {"expect://", codeInjection, 2}, {"file:///", codeInjection, 2},
	{"phar://", codeInjection, 2},
	{"getruntime", codeInjection, 1}, {"java.lang", codeInjection, 1}, {"classloader", codeInjection, 1},
	{"processbuilder", codeInjection, 1}, {"freemarker", codeInjection, 1}, {"ognl", codeInjection, 1},
	{"__import__", codeInjection, 2}, {"__class__", codeInjection, 2}, {"o:8:\"", codeInjection, 2},
	{"__construct", codeInjection, 2}, {"cmd=", codeInjection, 1},
}
