/** The streams that are open, by the token that opened them, so that they end with it. */
export interface StreamSet {
  /** The signal aborts when the stream has to end. */
  open(tokenId: string): AbortSignal;
  /** Ends every stream of a token. */
  drop(tokenId: string): void;
  /** Ends every stream, also those opened from now on. */
  dropAll(): void;
}

/** An empty set. One controller per token is enough: they only ever end together. */
export function createStreamSet(): StreamSet {
  const controllers = new Map<string, AbortController>();
  let closed = false;
  return {
    open(tokenId) {
      if (closed) return AbortSignal.abort();
      let controller = controllers.get(tokenId);
      if (controller === undefined) {
        controller = new AbortController();
        controllers.set(tokenId, controller);
      }
      return controller.signal;
    },
    drop(tokenId) {
      controllers.get(tokenId)?.abort();
      controllers.delete(tokenId);
    },
    dropAll() {
      closed = true;
      for (const controller of controllers.values()) controller.abort();
      controllers.clear();
    },
  };
}
