import { describe, expect, test } from "bun:test";
import { words } from "./argument-words.ts";
import { readConfig } from "./config.ts";

const home = "/home/ada";
const read = (env: Record<string, string>) => readConfig(env, home);

describe("the environment", () => {
  test("has sensible defaults", () => {
    const config = read({});
    expect(config).toMatchObject({
      ok: true,
      value: { dataDir: "/home/ada/.agetor", port: null, token: null, openBoard: true },
    });
  });

  test.each([
    ["AGETOR_API_PORT", "0x10"],
    ["AGETOR_API_PORT", "-1"],
    ["AGETOR_API_PORT", "99999"],
    ["AGETOR_API_PORT", "43 17"],
    ["AGETOR_DATA_DIR", "relative/path"],
    ["AGETOR_DATA_DIR", "/a\nb"],
    ["AGETOR_DATA_DIR", "/"],
    ["AGETOR_API_TOKEN", "short"],
    ["AGETOR_CLAUDE_DRIVER", "real"],
  ])("refuses %s=%p by name", (name, value) => {
    const config = read({ [name]: value });
    expect(config.ok).toBe(false);
    expect(config.ok ? "" : config.fault.message).toContain(name);
  });

  test("takes ~, a trailing slash and port 0", () => {
    expect(read({ AGETOR_DATA_DIR: "~/x//", AGETOR_API_PORT: "0" })).toMatchObject({
      value: { dataDir: "/home/ada/x", port: 0 },
    });
  });

  test("splits arguments with quotes and expands nothing", () => {
    expect(words(`--a "b c" 'd $HOME' e="f g"`)).toEqual(["--a", "b c", "d $HOME", "e=f g"]);
  });
});
