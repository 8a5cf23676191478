// What scripts stored can be deleted by a script alone as far as it knows where; the server expires the cookies that it
// sees. Both try.

// matcher reads a policy's glob: "*" is any run, "?" one character.
function matcher(glob: string): RegExp {
  const literal = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp("^" + literal.replace(/\*/g, ".*").replace(/\?/g, ".") + "$");
}

// clear deletes the cookies whose names match, at every domain and path that this page may reach, and the keys of
// the page's storage that do.
export function clear(globs: string[]): void {
  const wanted = globs.filter(Boolean).map(matcher);
  const matches = (name: string) => wanted.some((glob) => glob.test(name));
  for (const name of document.cookie.split("; ").map((pair) => pair.split("=")[0]).filter(matches)) expire(name);
  for (const kind of ["localStorage", "sessionStorage"] as const) {
    try {
      for (const key of Object.keys(window[kind]).filter(matches)) window[kind].removeItem(key);
    } catch {
      return; // storage is switched off
    }
  }
}

function expire(name: string): void {
  const hosts = location.hostname.split(".").map((_, i, labels) => "; domain=" + labels.slice(i).join("."));
  const paths = location.pathname.split("/").flatMap((_, i, parts) => [parts.slice(0, i).join("/") + "/", parts.slice(0, i + 1).join("/")]);
  const secure = location.protocol === "https:" ? "; secure" : "";
  for (const host of ["", ...hosts]) {
    for (const path of paths) {
      for (const partition of ["", "; partitioned"]) document.cookie = name + "=; max-age=0; path=" + (path || "/") + host + secure + partition;
    }
  }
}
