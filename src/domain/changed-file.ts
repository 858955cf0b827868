import type { ChangedFile } from "../contract/changes.ts";

const images = /\.(?:png|jpe?g|gif|webp|avif|bmp|ico)$/i;

/** Files that tools write and nobody reviews line by line; matched on the whole path. */
const generated: readonly RegExp[] = [
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?)$/,
  /(?:^|\/)(?:Cargo|Gemfile|composer|poetry|Pipfile|flake|mix|pubspec|uv|deno|Podfile)\.lock$/,
  /(?:^|\/)(?:go\.sum|gradle\.lockfile|packages\.lock\.json|Package\.resolved)$/,
  /\.min\.(?:js|css)$/,
  /\.(?:js|css|mjs|cjs)\.map$/,
  /\.(?:pb|g|freezed)\.(?:go|dart|cc|h)$/,
  /_pb2(?:_grpc)?\.pyi?$/,
  /(?:^|\/)__snapshots__\//,
];

/** Whether a file is one that a tool makes, by its name. */
export function isGenerated(path: string): boolean {
  return generated.some((form) => form.test(path));
}

/** How a change is shown. */
export function kindOf(file: {
  readonly path: string;
  readonly binary: boolean;
  readonly oldMode: string | null;
  readonly newMode: string | null;
}): ChangedFile["kind"] {
  const mode = file.newMode ?? file.oldMode;
  if (mode === "160000") return "submodule";
  if (mode === "120000") return "symlink";
  if (images.test(file.path)) return "image";
  return file.binary ? "binary" : "text";
}
