/** The standard label selector of Kubernetes: its schema, and whether labels match it. */
import { z } from 'zod';

import { choice, list, text } from './fields.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { withRules } from './rule.ts';

const labelValuePattern = '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$';
const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$';

const labelValueMessage =
  'must be a label value: letters, digits, "-", "_" and ".", beginning and ending with a letter or digit';
const labelKeyMessage =
  'must be a label key, such as app or app.kubernetes.io/name: letters, digits, "-", "_" and ".", with an optional DNS prefix and "/"';

function labelValue(description: string): z.ZodString {
  const check = (value: string): boolean => new RegExp(labelValuePattern, 'u').test(value);
  return withRules(z.string().max(63), description, [
    { cel: `self.matches('${labelValuePattern}')`, message: labelValueMessage, check },
  ]);
}

function labelKey(description: string): z.ZodString {
  const check = (value: string): boolean => new RegExp(labelKeyPattern, 'u').test(value);
  return withRules(text(317, description), description, [
    { cel: `self.matches('${labelKeyPattern}')`, message: labelKeyMessage, check },
  ]);
}

const requirement = withRules(
  z.strictObject({
    key: labelKey('The label this requirement is about.'),
    operator: choice(
      ['In', 'NotIn', 'Exists', 'DoesNotExist'],
      'In: the label has one of the values. NotIn: it has none of them, or is absent. Exists, DoesNotExist: the label is present or absent, whatever its value.',
    ),
    values: list(
      labelValue('One value.'),
      { max: 32 },
      'The values of In and NotIn (at least one); not used with Exists and DoesNotExist.',
    ).exactOptional(),
  }),
  'One requirement on one label.',
  [
    {
      cel: `!(self.operator in ['In', 'NotIn']) || (has(self.values) && self.values.size() > 0)`,
      message: 'values must name at least one value with operator In or NotIn',
      field: 'values',
      check: ({ operator, values = [] }) =>
        operator === 'Exists' || operator === 'DoesNotExist' || values.length > 0,
    },
    {
      cel: `!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values) || self.values.size() == 0`,
      message: 'values must not be given with operator Exists or DoesNotExist',
      field: 'values',
      check: ({ operator, values = [] }) => operator === 'In' || operator === 'NotIn' || values.length === 0,
    },
  ],
);

const selectorObject = z.strictObject({
  matchLabels: withRules(
    z.record(z.string(), labelValue('The value that the label must have.')),
    'Labels the object must have, each with exactly this value.',
    [
      {
        cel: `self.all(key, key.matches('${labelKeyPattern}'))`,
        message: labelKeyMessage,
        check: (map) => Object.keys(map).every((key) => new RegExp(labelKeyPattern, 'u').test(key)),
      },
    ],
  )
    .refine((map) => Object.keys(map).length <= 32, 'must have at most 32 labels')
    .meta({ maxProperties: 32 })
    .exactOptional(),
  matchExpressions: list(
    requirement,
    { max: 32 },
    'Requirements that must all be met, beside matchLabels.',
  ).exactOptional(),
});

/** Schema of a label selector. All of its requirements must be met; `{}` selects everything. */
export function labelSelector(description: string): typeof selectorObject {
  return selectorObject.meta({ description, 'x-kubernetes-map-type': 'atomic' });
}

/** A label selector, as in a Deployment's `spec.selector`. */
export type LabelSelector = DeepReadonly<z.output<typeof selectorObject>>;

/** Whether an object with these labels is selected. `{}` selects everything. */
export function matchesSelector(
  selector: LabelSelector,
  objectLabels: Readonly<Record<string, string>> = {},
): boolean {
  const label = (key: string): string | undefined =>
    Object.hasOwn(objectLabels, key) ? objectLabels[key] : undefined;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => label(key) === value) &&
    (selector.matchExpressions ?? []).every((each) => meets(label(each.key), each))
  );
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function meets(value: string | undefined, { operator, values = [] }: Requirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
