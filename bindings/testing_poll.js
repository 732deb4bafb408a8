// expect.poll(): the matcher is tried again until it holds or its time is over.
// https://vitest.dev/api/expect.html#poll
import { advanceFakeTime, realNow, wait } from "./testing_clock.js";

const notPolled = new Set([
  "toMatchSnapshot", "toMatchInlineSnapshot", "toThrowErrorMatchingSnapshot", "toThrowErrorMatchingInlineSnapshot",
  "toThrow", "toThrowError", "throw", "throws", "Throw", "resolves", "rejects",
]);

export function pollOf(expect) {
  return (read, { interval = 50, timeout = 1000, message } = {}) => {
    async function attempt(path, input) {
      const end = realNow() + timeout;
      for (;;) {
        const isLast = realNow() >= end;
        try {
          let assertion = expect(await read(), message);
          for (const name of path.slice(0, -1)) assertion = assertion[name];
          return await assertion[path.at(-1)](...input);
        } catch (error) {
          if (isLast) throw error;
        }
        await wait(interval);
        advanceFakeTime(interval);
      }
    }
    const chain = (path) =>
      new Proxy(() => {}, {
        get(_, name) {
          if (notPolled.has(name)) throw new SyntaxError(`expect.poll() does not go with ${name}: use vi.waitFor()`);
          return name === "then" ? undefined : chain([...path, name]);
        },
        apply: (_, self, input) => attempt(path, input),
      });
    return chain([]);
  };
}
