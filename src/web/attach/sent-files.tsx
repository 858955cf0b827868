import "./attach.css";
import { attachmentIdOf } from "../../domain/sent-files.ts";
import { Icon } from "../ui/icons.tsx";
import { usePicture } from "./pictures.ts";

/** The files that went with a message: pictures as they look, everything else by its path. */
export function SentFiles({ paths }: { readonly paths: readonly string[] }) {
  if (paths.length === 0) return null;
  return (
    <ul className="attached sent" aria-label="Files that go with this">
      {paths.map((path) => (
        <SentFile key={path} path={path} />
      ))}
    </ul>
  );
}

function SentFile({ path }: { readonly path: string }) {
  const id = attachmentIdOf(path);
  const picture = usePicture({ id: id ?? "", name: path, isPicture: id !== null });
  if (picture !== null) {
    return (
      <li className="ref is-picture" title={path}>
        <img src={picture} alt="Attached" />
      </li>
    );
  }
  return (
    <li className="ref" title={path}>
      <Icon name="clip" size={12} />
      <bdi className="cut">{id === null ? path : `Attached file ${id.slice(-4)}`}</bdi>
    </li>
  );
}
