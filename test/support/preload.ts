import { afterAll } from "bun:test";
import { removeScratch } from "./scratch.ts";

// Not each file by itself: files of one process may share what they were given.
afterAll(removeScratch);
