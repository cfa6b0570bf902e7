import { PAGE_BYTES } from '../units.ts';
import type { KernelState } from '../state.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { formatIdList, parseInteger } from './parse-value.ts';

const NODE_FILE = /^\/sys\/devices\/system\/node\/node(\d+)\/(numastat|distance|cpulist|meminfo)$/;
const WEIGHT_FILE = /^\/sys\/kernel\/mm\/mempolicy\/weighted_interleave\/node(\d+)$/;

/** `/sys/devices/system/node` and the interleave weights (REF §17.6, §18.3). */
export function nodeFiles(state: KernelState): FileLookup {
  return (path) => {
    if (path === '/sys/devices/system/node/online') {
      const ids = Array.from({ length: state.topology.nodeCount }, (_, node) => node);
      return { read: () => `${formatIdList(ids)}\n` };
    }
    const weight = WEIGHT_FILE.exec(path);
    if (weight) return weightFile(state, path, Number(weight[1]));
    const match = NODE_FILE.exec(path);
    const node = Number(match?.[1]);
    return match && node < state.topology.nodeCount ? nodeFile(state, node, match[2]!) : undefined;
  };
}

function nodeFile(state: KernelState, node: number, name: string): KernelFile {
  const { topology, memory } = state;
  switch (name) {
    case 'numastat':
      return { read: () => numastat(state, node) };
    case 'distance':
      return {
        read: () =>
          Array.from({ length: topology.nodeCount }, (_, other) => topology.distance(node, other)).join(' ') +
          '\n',
      };
    case 'cpulist':
      return { read: () => `${formatIdList(topology.cpusOf(node))}\n` };
    default: {
      const line = (key: string, pages: number): string =>
        `Node ${node} ${`${key}:`.padEnd(15)}${String((pages * PAGE_BYTES) / 1024).padStart(8)} kB\n`;
      return {
        read: () => {
          const [managed, free] = [memory.managed[node]!, memory.free[node]!];
          return line('MemTotal', managed) + line('MemFree', free) + line('MemUsed', managed - free);
        },
      };
    }
  }
}

function numastat(state: KernelState, node: number): string {
  const stat = state.memory.stat[node]!;
  return (
    `numa_hit ${stat.numaHit}\nnuma_miss ${stat.numaMiss}\nnuma_foreign ${stat.numaForeign}\n` +
    `interleave_hit ${stat.interleaveHit}\nlocal_node ${stat.localNode}\nother_node ${stat.otherNode}\n`
  );
}

function weightFile(state: KernelState, path: string, node: number): KernelFile | undefined {
  if (node >= state.topology.nodeCount) return undefined;
  return {
    read: () => `${state.interleaveWeights[node]}\n`,
    write: (text) => {
      state.interleaveWeights[node] = Number(parseInteger(path, text, { min: 1n, max: 255n }));
    },
  };
}
