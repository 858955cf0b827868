/** The part of Trusted Types we use; not every browser has it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** Only files of our own build may become a worker. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(
  "agetor-worker",
  {
    createScriptURL(url) {
      const { origin } = new URL(url, location.href);
      if (origin !== location.origin) throw new TypeError(`not our own script: ${url}`);
      return url;
    },
  },
);

/** Lets the URL of a worker of ours through `require-trusted-types-for 'script'`. */
export function scriptUrl(url: string): string {
  // The DOM types know no TrustedScriptURL; the constructor takes it as it is.
  return (policy?.createScriptURL(url) ?? url) as string;
}
