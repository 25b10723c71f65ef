import { listHeadings } from './markdown.js';

/**
 * One numbered invariant of SPEC.md: a section whose heading contains `Rule 4` or `Promise 2`, as in
 * `### Rule 4: contiguous replication`.
 */
export interface SpecInvariant {
  /** `rule 4`, as test titles write it. */
  readonly id: string;
  /** The section has a line that starts with `Enforced by:`, followed by something. */
  readonly saysWhatEnforcesIt: boolean;
  /** The section has a line that starts with `Not tested yet:`, which must say why. */
  readonly isTested: boolean;
}

/** Lists SPEC.md's invariants in the order of the file. */
export function listSpecInvariants(markdown: string): SpecInvariant[] {
  return listHeadings(markdown).flatMap(({ title, body }) => {
    const [, kind, number] = /\b(rule|promise)\s+(\d+)\b/i.exec(title) ?? [];
    if (kind === undefined || number === undefined) return [];
    return [
      {
        id: `${kind.toLowerCase()} ${Number(number)}`,
        saysWhatEnforcesIt: hasLine(body, 'Enforced by'),
        isTested: !hasLine(body, 'Not tested yet'),
      },
    ];
  });
}

/** A list mark and emphasis before the label, `- **Enforced by:** …`, change nothing. */
function hasLine(body: string, label: string): boolean {
  return new RegExp(`^[-*_\\s]*${label}[*_]*:[*_]*\\s*\\S`, 'm').test(body);
}

/** Lists the invariants that a test file's titles name: `rule 16: merging keeps every rid …`. */
export function listNamedInvariants(testSource: string): string[] {
  return [...testSource.matchAll(/['"`](rule|promise) (\d+):/g)].map(
    ([, kind = '', number = '']) => `${kind} ${number}`,
  );
}
