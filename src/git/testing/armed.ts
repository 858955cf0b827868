import { join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

/** Every setting by which a repository can have git run something. */
export function armed(box: Sandbox): string {
  const trap = (name: string) => JSON.stringify(box.trap(name));
  return `
[core]
	fsmonitor = ${trap("fsmonitor")}
	hooksPath = ${join(box.root, "traps")}
	sshCommand = ${trap("ssh")}
	editor = ${trap("editor")}
	pager = ${trap("pager")}
	askPass = ${trap("askpass")}
	gitProxy = ${trap("gitproxy")}
	alternateRefsCommand = ${trap("alternates")}
[credential]
	helper = ${JSON.stringify(`!${box.trap("credential")}`)}
[filter "evil"]
	smudge = ${trap("smudge")}
	clean = ${trap("clean")}
	process = ${trap("process")}
[filter "with.dots and spaces"]
	smudge = ${trap("smudge-dots")}
	clean = ${trap("clean-dots")}
[filter "lfs"]
	smudge = ${trap("lfs-smudge")}
	clean = ${trap("lfs-clean")}
	process = ${trap("lfs-process")}
	required = true
[diff]
	external = ${trap("diff-external")}
[diff "evil"]
	command = ${trap("diff-command")}
	textconv = ${trap("textconv")}
[merge "evil"]
	driver = ${trap("merge")}
[gpg]
	program = ${trap("gpg")}
[commit]
	gpgSign = true
[tag]
	gpgSign = true
[alias]
	status = ${JSON.stringify(`!${box.trap("alias")}`)}
	diff = ${JSON.stringify(`!${box.trap("alias-diff")}`)}
	read-tree = ${JSON.stringify(`!${box.trap("alias-read-tree")}`)}
[log]
	showSignature = true
[pager]
	diff = ${trap("pager-diff")}
[sequence]
	editor = ${trap("sequence")}
[remote "origin"]
	url = ${JSON.stringify(`ext::sh -c "${box.trap("ext")}"`)}
	uploadpack = ${trap("uploadpack")}
	promisor = true
	partialclonefilter = blob:none
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[protocol "file"]
	allow = always
[submodule]
	recurse = true
[hook "named"]
	event = reference-transaction
	event = post-checkout
	command = ${trap("hook-named")}
[hook "reference-transaction"]
	event = reference-transaction
	command = ${trap("hook-event")}
[include]
	path = ${join(box.root, "included.config")}
[includeIf "gitdir:**"]
	path = ${join(box.root, "included-if.config")}
`;
}
