/** What is under way for each message: the server is to hear of it in this order. */
const underWay = new Map<string, Promise<unknown>>();

/** Does something about a waiting message once what was begun before has ended. */
export function inTurn<T>(messageId: string, work: () => Promise<T>): Promise<T> {
  const before = underWay.get(messageId) ?? Promise.resolve();
  const next = before.then(work, work);
  underWay.set(messageId, next);
  const forget = (): void => {
    if (underWay.get(messageId) === next) underWay.delete(messageId);
  };
  next.then(forget, forget);
  return next;
}
