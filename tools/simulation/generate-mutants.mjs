/**
 * Mutants of the node core that nobody thought of: every condition negated once. An `if`, a `while`, a
 * `? :`, and each side of `&&` and `||`; the limits and the checks of what comes in are among them.
 */
import ts from 'typescript';

/**
 * @typedef {object} GeneratedMutant
 * @property {string} file
 * @property {number} line From 1.
 * @property {string} condition What is negated.
 * @property {string} text The whole changed file.
 */

/**
 * @param {string} file The path below the root.
 * @param {string} source
 * @returns {GeneratedMutant[]} In order of place.
 */
export function generateMutants(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
  return conditionsIn(tree).map((node) => {
    const [from, to] = [node.getStart(tree), node.getEnd()];
    return {
      file,
      line: tree.getLineAndCharacterOfPosition(from).line + 1,
      condition: source.slice(from, to).replace(/\s+/g, ' '),
      text: `${source.slice(0, from)}!(${source.slice(from, to)})${source.slice(to)}`,
    };
  });
}

/**
 * @param {ts.SourceFile} tree
 * @returns {ts.Expression[]} Each once: an operand that is a whole condition is one.
 */
function conditionsIn(tree) {
  /** @type {Set<ts.Expression>} */
  const found = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const condition of conditionsOf(node)) found.add(withoutParentheses(condition));
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return [...found].sort((a, b) => a.getStart(tree) - b.getStart(tree));
}

/**
 * @param {ts.Expression} node
 * @returns {ts.Expression}
 */
function withoutParentheses(node) {
  return ts.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;
}

/**
 * @param {ts.Node} node
 * @returns {ts.Expression[]}
 */
function conditionsOf(node) {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) return [node.expression];
  if (ts.isConditionalExpression(node)) return [node.condition];
  if (!ts.isBinaryExpression(node)) return [];
  const { kind } = node.operatorToken;
  const isLogical =
    kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
  return isLogical ? [node.left, node.right] : [];
}
