import { z } from "zod";
import {
  Branch,
  Project,
  ProjectBody,
  ProjectSetupAnswer,
  PutProjectSetupBody,
  Trust,
  TrustBody,
} from "../../contract/project.ts";
import { endpoint } from "../endpoint.ts";
import { answer, read } from "../respond.ts";
import { Deleted, PathText } from "../schemas.ts";

const AtPath = z.object({ path: PathText });

export const projectEndpoints = {
  listProjects: endpoint({
    answer: z.object({ projects: z.array(Project) }),
    handle: async ({ context }) => read(await context.engine.projects.list()),
  }),
  addProject: endpoint({
    body: ProjectBody,
    status: 201,
    answer: z.object({ project: Project }),
    handle: ({ body, meta, context }) => answer(context.engine.projects.add(body, meta)),
  }),
  removeProject: endpoint({
    query: AtPath,
    answer: Deleted,
    handle: ({ query, meta, context }) => answer(context.engine.projects.remove(query.path, meta)),
  }),
  projectBranches: endpoint({
    query: AtPath,
    answer: z.object({ branches: z.array(Branch) }),
    handle: async ({ query, context }) => read(await context.engine.projects.branches(query.path)),
  }),
  projectTrust: endpoint({
    query: AtPath,
    answer: Trust,
    handle: async ({ query, context }) => read(await context.engine.projects.trust(query.path)),
  }),
  trustProject: endpoint({
    body: TrustBody,
    answer: Trust,
    handle: ({ body, meta, context }) => answer(context.engine.projects.acceptTrust(body, meta)),
  }),
  projectSetup: endpoint({
    query: AtPath,
    answer: ProjectSetupAnswer,
    handle: async ({ query, context }) => read(await context.engine.projects.setup(query.path)),
  }),
  putProjectSetup: endpoint({
    body: PutProjectSetupBody,
    answer: ProjectSetupAnswer,
    handle: ({ body, meta, context }) => answer(context.engine.projects.putSetup(body, meta)),
  }),
};
