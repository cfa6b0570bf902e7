/** Options that several commands have, and their values. */
import { InvalidArgumentError, Option } from 'commander';

import { costSets } from '../api/costs.ts';
import type { CostSet } from '../api/costs.ts';
import { durationMs } from '../api/duration.ts';

const maxSeconds = 30 * 24 * 3600;
const maxNodes = 5000;

/** `--duration`. */
export function durationOption(): Option {
  return new Option('--duration <time>', 'how long to simulate, such as 30s, 5m or 1h30m')
    .argParser(parseSeconds)
    .default(60, '60s');
}

/** `--nodes`. */
export function nodesOption(): Option {
  const text = 'nodes to make if there are no Node objects (default: 1)';
  return new Option('--nodes <n>', text).argParser((value) => parseInteger(value, 1, maxNodes));
}

/** What `-o` takes. */
export type OutputFormat = 'table' | 'json' | 'yaml';

/** `--output`. */
export function outputOption(): Option {
  const formats: readonly OutputFormat[] = ['table', 'json', 'yaml'];
  return new Option('-o, --output <format>', 'how to print').choices(formats).default('table');
}

/** Whole simulated seconds. */
function parseSeconds(value: string): number {
  const ms = invalidArgument(() => durationMs(value));
  if (ms % 1000 !== 0 || ms < 1000 || ms > maxSeconds * 1000) {
    throw new InvalidArgumentError('It must be whole seconds, from 1s to 720h.');
  }
  return ms / 1000;
}

export function parseSeed(value: string): number {
  return parseInteger(value, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws InvalidArgumentError which commander prints with the option's name */
export function parseInteger(value: string, min: number, max: number): number {
  const number = /^\d{1,16}$/u.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
}

/** Errors of the API's grammar become commander's, which name the option. */
function invalidArgument<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(`It ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Names of cost sets with commas between them, in any case. */
export function parseCostSets(value: string): readonly CostSet[] {
  const sets = value
    .split(',')
    .map((text) => costSets.find((set) => set.toLowerCase() === text.toLowerCase()));
  if (sets.includes(undefined) || new Set(sets).size < sets.length)
    throw new InvalidArgumentError(
      'It must be some of low, default and high, each once, with commas between them.',
    );
  return sets.filter((set) => set !== undefined);
}
