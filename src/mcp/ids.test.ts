import { expect, test } from "bun:test";
import { Ulid } from "../contract/primitives.ts";
import { eventId, lastEventId, placeOf, questionId } from "./ids.ts";

const client = "01J0000000ABCDEFGHJKMNPQRS";

test("the same call is the same question; another session, client or id is another", () => {
  const ids = [
    questionId("s1", client, 1),
    questionId("s2", client, 1),
    questionId("s1", client.replace("S", "T"), 1),
    questionId("s1", client, 2),
    questionId("s1", client, "1"),
  ];
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => Ulid.safeParse(id).success)).toBe(true);
  expect(questionId("s1", client, 1)).toBe(ids[0] ?? "");
});

test("an event id holds what a later server has to know", () => {
  for (const place of [
    { question: client, id: 7, progressToken: "t", since: 5 },
    { question: client, id: "a.b/ü", progressToken: null, since: 5 },
  ]) {
    expect(placeOf(eventId(place))).toEqual(place);
    expect(eventId(place)).toMatch(/^[\w.-]+$/);
    expect(placeOf(lastEventId(place))).toBe("end");
  }
});

test("what is no event id of ours names nothing", () => {
  const rest = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const given of [
    "",
    ".",
    client,
    `${client}.`,
    `x.${rest([1, null, 5])}`,
    `${client}.${rest([{}, null, 5])}`,
    `${client}.${rest([1, null])}`,
    `${client}.${rest({})}`,
  ]) {
    expect(placeOf(given)).toBeNull();
  }
});
