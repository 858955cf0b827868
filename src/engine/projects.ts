import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { fault } from "../contract/fault.ts";
import type {
  Branch,
  Project,
  ProjectBody,
  ProjectSetupAnswer,
  PutProjectSetupBody,
  Trust,
  TrustBody,
} from "../contract/project.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Answer, CommandMeta, Projects } from "./api.ts";
import type { Core } from "./core.ts";
import type { SetupCommands } from "./setup-commands.ts";
import type { TrustGate } from "./trust.ts";

/** Working-directory shortcuts, and what git says of them. */
export class ProjectCommands implements Projects {
  readonly #core: Core;
  readonly #trust: TrustGate;
  readonly #setups: SetupCommands;

  constructor(core: Core, trust: TrustGate, setups: SetupCommands) {
    this.#core = core;
    this.#trust = trust;
    this.#setups = setups;
  }

  async list(): Promise<Result<{ projects: readonly Project[] }>> {
    const { store, git } = this.#core.deps;
    const projects = await Promise.all(
      store.projects().map(async (project) => {
        const place = await git.inspect(project.path);
        return { ...project, isRepository: place.ok && place.value.kind === "repository" };
      }),
    );
    return ok({ projects });
  }

  add(body: ProjectBody, meta: CommandMeta): Answer<{ project: Project }> {
    return this.#core.once(meta, async () => {
      const place = await this.#core.deps.git.inspect(body.path);
      if (!place.ok) {
        return place;
      }
      const path = realpathSync(body.path);
      const isRepository = place.value.kind === "repository";
      return this.#core.command(meta, "project", (work) => {
        const known = work.tx.projects().find((project) => project.path === path);
        const project = {
          path,
          name: body.name ?? known?.name ?? basename(path),
          createdAt: known?.createdAt ?? work.now,
        };
        work.tx.putProject(project);
        return ok({ status: 201, body: { project: { ...project, isRepository } } });
      });
    });
  }

  remove(path: string, meta: CommandMeta): Answer<{ deleted: true }> {
    return Promise.resolve(
      this.#core.command<{ deleted: true }>(meta, "project", (work) =>
        work.tx.removeProject(path)
          ? ok({ status: 200, body: { deleted: true } })
          : err(fault("not_found", "There is no such project.", "GET /projects lists them.")),
      ),
    );
  }

  async branches(path: string): Promise<Result<{ branches: readonly Branch[] }>> {
    const { git } = this.#core.deps;
    const place = await git.inspect(path);
    if (!place.ok) {
      return place;
    }
    if (place.value.kind === "folder") {
      return err(
        fault("not_a_repository", "This folder is not in a git repository.", "It has no branches."),
      );
    }
    const branches = await git.branches(place.value.commonDir);
    if (!branches.ok) {
      return branches;
    }
    const { branch } = place.value;
    return ok({
      branches: branches.value.map((one) => ({ ...one, current: one.name === branch })),
    });
  }

  trust(path: string): Promise<Result<Trust>> {
    return this.#trust.get(path);
  }

  acceptTrust(body: TrustBody, meta: CommandMeta): Answer<Trust> {
    return this.#trust.accept(body, meta);
  }

  setup(path: string): Promise<Result<ProjectSetupAnswer>> {
    return this.#setups.get(path);
  }

  putSetup(body: PutProjectSetupBody, meta: CommandMeta): Answer<ProjectSetupAnswer> {
    return this.#setups.put(body, meta);
  }
}
