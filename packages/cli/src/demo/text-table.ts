/** A table for a terminal: the first column to the left, the others to the right. */
export function formatTextTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const [labelWidth = 0, ...valueWidths] = widths;
  const lines = all.map(([label = '', ...values]) => {
    const cells = values.map((value, index) => value.padStart(valueWidths[index] ?? 0));
    return `  ${label.padEnd(labelWidth)}  ${cells.join('  ')}`.trimEnd();
  });
  const rule = `  ${'─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2))}`;
  return [lines[0] ?? '', rule, ...lines.slice(1)].join('\n');
}
