import { type Route, type RouteId, routes } from "../../../src/contract/routes.ts";

/** Every route of the table with a path that matches it: a new route is in every test by itself. */
export const allRoutes = Object.entries<Route>(routes).map(([id, route]) => ({
  id: id as RouteId,
  ...route,
  url: route.path.replace(/:(\w+)/g, (_, name: string) =>
    name === "key" || route.path.startsWith("/harnesses") ? "known" : "01J00000000000000000000000",
  ),
  isWrite: route.method !== "GET",
}));

export const guardedRoutes = allRoutes.filter(({ scope }) => scope !== "open");
export const streamRoutes = allRoutes.filter(({ answer }) => answer === "sse");
