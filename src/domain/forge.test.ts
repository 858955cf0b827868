import { expect, test } from "bun:test";
import { forgeOf, isLocalUrl, withoutSecret } from "./forge.ts";

test("a forge is known by the host of the remote's URL", () => {
  const github = { kind: "gh", host: "github.com", path: "owner/name" };
  for (const url of [
    "https://github.com/owner/name.git",
    "https://user:secret@github.com/owner/name",
    "git@github.com:owner/name.git",
    "ssh://git@github.com:22/owner/name.git/",
  ]) {
    expect([url, forgeOf(url)]).toEqual([url, github] as never);
  }
  expect(forgeOf("git@gitlab.example.org:group/sub/name.git")).toEqual({
    kind: "glab",
    host: "gitlab.example.org",
    path: "group/sub/name",
  });
  for (const url of [
    "/srv/github.com/x/y.git",
    "https://example.org/owner/name",
    "https://github.com/only-one",
    "https://github.com/-R/x",
    "https://github.com/owner/na me",
    "https://notgithub.com/owner/name",
    "ext::sh -c x",
  ]) {
    expect([url, forgeOf(url)]).toEqual([url, null]);
  }
});

test("a password in a URL is not shown", () => {
  expect(withoutSecret("https://me:secret@host/x")).toBe("https://me@host/x");
  expect(withoutSecret("https://host/x:y@z")).toBe("https://host/x:y@z");
  expect(withoutSecret("git@host:x")).toBe("git@host:x");
});

test("a path is local, whatever it looks like; a host is not", () => {
  for (const url of ["/a/b.git", "../b", "b", "file:///a"]) expect(isLocalUrl(url)).toBe(true);
  for (const url of ["https://h/x", "git@h:x", "h:x", "ext::sh"])
    expect(isLocalUrl(url)).toBe(false);
});
