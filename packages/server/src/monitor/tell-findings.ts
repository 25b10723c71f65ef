/** Tells the node what was found, as soon as it is found. */
import type { Findings } from './probe-schedule.js';

export interface Teller {
  /** What is found while the node is being told goes to it together, afterwards. */
  tell(findings: Findings): void;
  /** Resolves once all of it is told; rejects, also from then on, when the node could not be told. */
  told(): Promise<void>;
}

/** `onFailure`: `told` rejects from now on. */
export function createTeller(
  send: (findings: Findings) => Promise<void>,
  onFailure: () => void,
): Teller {
  let found: Findings[] = [];
  let telling = Promise.resolve();
  const sendFound = async (): Promise<void> => {
    const sent = found;
    found = [];
    if (sent.length === 0) return;
    await send({
      visible: sent.flatMap(({ visible }) => visible),
      traceless: sent.flatMap(({ traceless }) => traceless),
    });
  };
  return {
    tell: (findings) => {
      found.push(findings);
      telling = telling.then(sendFound);
      telling.catch(onFailure);
    },
    told: () => telling,
  };
}
