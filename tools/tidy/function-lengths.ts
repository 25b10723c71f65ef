import ts from 'typescript';

/**
 * Lists the lengths in lines of a source file's functions that have a body in braces: functions,
 * methods, accessors, constructors and arrows, nested ones for themselves too.
 */
export function listFunctionLengths(path: string, text: string): number[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
  const lengths: number[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (
      ts.isFunctionLike(node) &&
      'body' in node &&
      node.body !== undefined &&
      ts.isBlock(node.body)
    ) {
      lengths.push(lineOf(node.end) - lineOf(node.getStart(source)) + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lengths;
}

/** The middle value, the upper one of two; 0 for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
