import { expect, test } from "bun:test";
import { renderToStaticMarkup } from "react-dom/server";
import { part } from "./part.tsx";

function Greeting({ name }: { readonly name: string }) {
  return <p>Hello {name}</p>;
}

/** Code that comes when the test says so. */
function coming() {
  const { promise, resolve, reject } = Promise.withResolvers<{ default: typeof Greeting }>();
  let asked = 0;
  const load = () => {
    asked += 1;
    return promise;
  };
  return { load, resolve, reject, asked: () => asked };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a part whose code is here is drawn at once, with nothing in its place before", async () => {
  const code = coming();
  const Part = part(code.load, <i>coming</i>);
  Part.soon();
  code.resolve({ default: Greeting });
  await settled();
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("<p>Hello you</p>");
  expect(code.asked()).toBe(1);
});

test("a part that is wanted first has something in its place until its code is here", async () => {
  const code = coming();
  const Part = part(code.load, <i>coming</i>);
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("<i>coming</i>");
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("<i>coming</i>");
  code.resolve({ default: Greeting });
  await settled();
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("<p>Hello you</p>");
  expect(code.asked()).toBe(1);
});

test("what failed before it was wanted is asked for again", async () => {
  let asked = 0;
  const Part = part<{ name: string }>(() => {
    asked += 1;
    return asked === 1
      ? Promise.reject(new Error("the server was away"))
      : Promise.resolve({ default: Greeting });
  });
  Part.soon();
  await settled();
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("");
  await settled();
  expect(renderToStaticMarkup(<Part name="you" />)).toBe("<p>Hello you</p>");
});
