import type { PodVerdict } from '../compare/comparison.ts';

/** One sentence per pod and variant, with its reason below it. */
export function verdictLines(verdicts: readonly PodVerdict[], width: number): string {
  const shown = verdicts.slice(0, maxVerdicts);
  const more = verdicts.length - shown.length;
  const omitted = more === 0 ? '' : `(and ${more} more: -o json shows all)\n`;
  return shown.map((each) => `${sentence(each)}\n${wrapped(each.reason, width)}`).join('') + omitted;
}

const maxVerdicts = 20;

function sentence({ namespace, pod, variant, baseline, verdict, gainPercent }: PodVerdict): string {
  const spreads = Object.values(gainPercent);
  const low = Math.min(...spreads.map(({ min }) => min));
  const high = Math.max(...spreads.map(({ max }) => max));
  const name = `${namespace}/${pod}`;
  switch (verdict) {
    case 'gains':
      return `${name}: ${variant} gains ${range(low, high)} over ${baseline}`;
    case 'loses':
      return `${name}: ${variant} loses ${range(-high, -low)} against ${baseline}`;
    case 'unchanged':
      return `${name}: ${variant} changes nothing against ${baseline} (less than 0.5 %)`;
    case 'undecided':
      return `${name}: undecided between ${variant} and ${baseline}: from ${low.toFixed(1)} % to ${high.toFixed(1)} %`;
  }
}

function range(low: number, high: number): string {
  const [from, to] = [low.toFixed(1), high.toFixed(1)];
  return from === to ? `${from} %` : `${from}–${to} %`;
}

/** Indented, broken at its semicolons where the line would become too long. */
function wrapped(reason: string, width: number): string {
  const lines = reason.split('; ').reduce<string[]>((done, part) => {
    const last = done.at(-1);
    if (last === undefined || `${last}; ${part}`.length + indent.length > width) return [...done, part];
    return [...done.slice(0, -1), `${last}; ${part}`];
  }, []);
  return lines.map((line) => `${indent}${line}\n`).join('');
}

const indent = '    ';
