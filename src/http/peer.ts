/** Which of the two listeners a request came through. */
export type Door = { readonly kind: "tcp"; readonly port: number } | { readonly kind: "socket" };

/** The connection a request came on, as far as the handler may know and steer it. */
export interface Peer {
  readonly door: Door;
  /** The other end's IP address; null on the unix socket, or when it has already hung up. */
  readonly address: string | null;
  /** Ends the connection after this many seconds without a byte; 0 = never. */
  idle(seconds: number): void;
}
