import type { KernelState } from '../state.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { parseBoolean, parseInteger } from './parse-value.ts';

const WEIGHTS = '/sys/kernel/mm/mempolicy/weighted_interleave';
const AUTO = `${WEIGHTS}/auto`;
const WEIGHT_FILE = new RegExp(`^${WEIGHTS}/node(\\d+)$`);
const WEIGHT = { min: 1n, max: 255n };

/** Weights of weighted interleaving, written by hand or made from the nodes' bandwidths (REF §17.6). */
export function interleaveWeightFiles(state: KernelState): FileLookup {
  return (path) => {
    if (path === AUTO) return autoFile(state);
    const node = Number(WEIGHT_FILE.exec(path)?.[1]);
    return node < state.topology.nodeCount ? weightFile(state, path, node) : undefined;
  };
}

/** Automatic weights replace those that were written; turning them off keeps what is there. */
function autoFile(state: KernelState): KernelFile {
  return {
    read: () => `${state.automaticInterleave}\n`,
    write: (text) => {
      state.automaticInterleave = parseBoolean(AUTO, text);
      if (!state.automaticInterleave) return;
      state.automaticWeights.forEach((weight, node) => (state.interleaveWeights[node] = weight));
    },
  };
}

/** Writing one weight takes all of them over from the automatic ones. */
function weightFile(state: KernelState, path: string, node: number): KernelFile {
  return {
    read: () => `${state.interleaveWeights[node]}\n`,
    write: (text) => {
      state.interleaveWeights[node] = Number(parseInteger(path, text, WEIGHT));
      state.automaticInterleave = false;
    },
  };
}
