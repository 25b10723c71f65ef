/** A promise and the function that resolves it. */
export interface Gate {
  readonly promise: Promise<void>;
  /** Idempotent. */
  readonly open: () => void;
}

export function createGate(): Gate {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
