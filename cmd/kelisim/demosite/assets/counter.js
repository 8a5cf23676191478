// A site's own counter: a cookie set by a script. It runs only with consent to statistics.
const count = Number(/(?:^|; )demo_counter=(\d+)/.exec(document.cookie)?.[1] ?? 0) + 1;
document.cookie = `demo_counter=${count}; path=/; max-age=2592000; samesite=lax`;
