import { vi } from 'vitest';

/**
 * Resolves once `check` no longer throws. The bound is for a machine that is busy with other things;
 * no test relies on it.
 */
export async function until(check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 5 });
}
