/** What zod finds, in words for people and with the path as Kubernetes writes it. */
import type { z } from 'zod';

/** One thing wrong with an object. */
export interface FieldIssue {
  /** Such as `spec.containers[0].name`; `""` for the object itself. */
  readonly path: string;
  /** Half a sentence about the field: `must be 0 to 7, is 9`. */
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** All issues of a failed validation of `json`. */
export function describeIssues(issues: readonly Issue[], json: unknown): readonly FieldIssue[] {
  return issues.flatMap((issue) => describeIssue(issue, valueAt(json, issue.path)));
}

function describeIssue(issue: Issue, value: unknown): readonly FieldIssue[] {
  const path = formatPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: 'is no field of this object',
    }));
  }
  if (value === undefined && issue.code !== 'custom') return [{ path, message: 'is required' }];
  return [{ path, message: message(issue, value) }];
}

function message(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeNames[issue.expected] ?? issue.expected}, is ${show(value)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}, is ${show(value)}`;
    case 'invalid_union':
      return `must be text or a whole number that is not negative, is ${show(value)}`;
    case 'too_big':
      return tooBig(issue, value);
    case 'too_small':
      return tooSmall(issue, value);
    default:
      return withValue(issue.message, value);
  }
}

function withValue(text: string, value: unknown): string {
  const isScalar = typeof value === 'string' || typeof value === 'number';
  return text.startsWith('must') && isScalar ? `${text}, is ${show(value)}` : text;
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function tooBig(issue: z.core.$ZodIssueTooBig, value: unknown): string {
  switch (issue.origin) {
    case 'string':
      return `must have at most ${issue.maximum} characters, has ${sizeOf(value)}`;
    case 'array':
      return `must have at most ${issue.maximum} entries, has ${sizeOf(value)}`;
    default:
      return `must be at most ${issue.maximum}, is ${show(value)}`;
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, value: unknown): string {
  switch (issue.origin) {
    case 'string':
      return issue.minimum === 1 ? 'must not be empty' : `must have at least ${issue.minimum} characters`;
    case 'array':
      return issue.minimum === 1 ? 'must not be empty' : `must have at least ${issue.minimum} entries`;
    default:
      return `must be at least ${issue.minimum}, is ${show(value)}`;
  }
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : 0;
}

function show(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    json,
  );
}
