import { PAGE_BYTES } from '../units.ts';
import type { KernelState } from '../state.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { formatIdList } from './parse-value.ts';

const NODE_FILE = /^\/sys\/devices\/system\/node\/node(\d+)\/(numastat|distance|cpulist|meminfo)$/;

/** `/sys/devices/system/node` (REF §18.3). */
export function nodeFiles(state: KernelState): FileLookup {
  return (path) => {
    if (path === '/sys/devices/system/node/online') {
      const ids = Array.from({ length: state.topology.nodeCount }, (_, node) => node);
      return { read: () => `${formatIdList(ids)}\n` };
    }
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
