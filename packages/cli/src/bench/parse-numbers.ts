/** Numbers with commas between them; undefined: one is none, out of range, or there twice. */
export function parseNumbers(
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): readonly number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const numbers = parts.map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  const areValid = numbers.every((number) => number >= min && number <= max);
  return areValid && new Set(numbers).size === numbers.length ? numbers : undefined;
}
