/** A failure that the person can do something about; `hint` says what. */
export class SetupFault extends Error {
  /**
   * @param {string} message
   * @param {string} hint
   * @param {number} exitCode
   */
  constructor(message, hint, exitCode = 1) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Known causes by what npm, Bun and the kernel call them; the first that matches is told. */
const causes = [
  {
    sign: /ENOSPC|NoSpaceLeft|no space left on device/i,
    message: "the disk is full",
    hint: "Free about 1 GB and start again; what was done so far is kept.",
  },
  {
    sign: /EACCES|EPERM|EROFS|AccessDenied|permission denied|read-only file system/i,
    message: "a file or folder may not be written",
    hint: "Give yourself write access to this folder and to your npm cache, or clone it elsewhere.",
  },
  {
    sign: /EINTEGRITY|IntegrityCheckFailed|integrity check(sum)? failed/i,
    message: "a download was not what the lock file promises",
    hint: "Run `npm cache clean --force` and start again; a proxy may have altered it.",
  },
  {
    sign: /lockfile had changes|lockfile is frozen|can only install packages when/i,
    message: "package.json and its lock file do not agree",
    hint: "Run `bun install` and commit bun.lock, or undo your change to package.json.",
  },
  {
    sign: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_(HAS|NOT|UNTRUSTED)|certificate/i,
    message: "the registry's certificate is not trusted",
    hint: "Behind a proxy that opens connections, name its certificate in NODE_EXTRA_CA_CERTS.",
  },
  {
    sign: /\bE?404\b|No matching version|No version matching/i,
    message: "the package registry does not have a package we need",
    hint: "If you use a mirror, let it fetch the versions named in the lock files.",
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ConnectionRefused|FailedToOpenSocket|ConnectionClosed|DNSResol|Timeout|offline|network/i,
    message: "the package registry cannot be reached",
    hint: "Check your connection and proxy. Only the first start needs the network.",
  },
];

/**
 * Turns the output of a failed tool into something to act on.
 * @param {string} doing for example "installing packages"
 * @param {string} output what the tool printed
 * @returns {SetupFault}
 */
export function explain(doing, output) {
  const known = causes.find(({ sign }) => sign.test(output));
  const tail = output.trim().split("\n").slice(-12).join("\n");
  const why = known?.message ?? "see above";
  const hint = known?.hint ?? "Start again; if it stays, report it with the lines above.";
  return new SetupFault(`${tail}\n\n${doing} failed: ${why}.`, hint);
}

/**
 * Ends the process with a sentence instead of a stack, unless it is our own bug.
 * @param {unknown} cause
 * @returns {never}
 */
export function giveUp(cause) {
  if (!(cause instanceof Error)) throw cause;
  const fault = cause instanceof SetupFault ? cause : fromSystem(cause);
  if (!fault) throw cause;
  process.stderr.write(`${fault.message}\n${fault.hint}\n`);
  process.exit(fault.exitCode);
}

/** @param {Error & { code?: unknown }} cause */
function fromSystem(cause) {
  return typeof cause.code === "string" && /^E[A-Z]+$/.test(cause.code)
    ? explain("setting up", cause.message)
    : null;
}
