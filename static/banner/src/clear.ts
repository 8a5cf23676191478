// Cookies that a script set can be deleted by a script alone as far as it knows where they were set; the server
// expires those that it sees. Both try.

// matcher reads a policy's glob: "*" is any run, "?" one character.
function matcher(glob: string): RegExp {
  const literal = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp("^" + literal.replace(/\*/g, ".*").replace(/\?/g, ".") + "$");
}

// clear deletes the cookies whose names match, at every domain and path that this page may reach.
export function clear(globs: string[]): void {
  const wanted = globs.filter(Boolean).map(matcher);
  const hosts = location.hostname.split(".").map((_, i, labels) => "; domain=" + labels.slice(i).join("."));
  const paths = location.pathname.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/") || "/");
  for (const pair of document.cookie.split("; ")) {
    const name = pair.split("=")[0];
    if (!wanted.some((glob) => glob.test(name))) continue;
    for (const host of ["", ...hosts]) {
      for (const path of paths) document.cookie = name + "=; max-age=0; path=" + path + host;
    }
  }
}
