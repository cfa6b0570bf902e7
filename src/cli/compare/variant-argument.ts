import { InvalidArgumentError } from 'commander';

/** A variant: its name, and where the objects are that make it differ; none for the base itself. */
export interface VariantArgument {
  readonly name: string;
  readonly overlay: readonly string[];
}

/** Adds `NAME=PATH`, or several with commas between them, to those given before. */
export function parseVariants(
  value: string,
  previous: readonly VariantArgument[] = [],
): readonly VariantArgument[] {
  return value.split(',').reduce((variants, text) => {
    const parts = /^(?<name>[\w.-]{1,20})=(?<path>.*)$/u.exec(text)?.groups;
    if (!parts) {
      throw new InvalidArgumentError(
        'It must be NAME=PATH, or NAME= for the base alone; a name has 1 to 20 letters, digits, - _ and points.',
      );
    }
    const { name = '', path = '' } = parts;
    if (variants.some((other) => other.name === name)) {
      throw new InvalidArgumentError(`Two variants have the name ${name}.`);
    }
    return [...variants, { name, overlay: path === '' ? [] : [path] }];
  }, previous);
}
