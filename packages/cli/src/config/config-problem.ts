import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One line for one mistake that the schema found: the path, and what would be right. Shows no value. */
export function describeProblem(issue: Issue): string {
  const path = issue.path.length === 0 ? 'the configuration' : issue.path.map(String).join('.');
  return `${path}: ${describeIssue(issue)}`;
}

function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${describeType(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join('; ');
    default:
      return issue.message;
  }
}

function describeType(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a URL or a list of URLs',
    int: 'a whole number',
    number: 'a whole number',
    object: 'an object',
    record: 'an object',
    string: 'a text',
  };
  return words[expected] ?? expected;
}
