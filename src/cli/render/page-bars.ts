/** Where a container's pages are, as a bar per NUMA node. */
import { PAGE_BYTES } from '../../engine/units.ts';
import { containerName } from './counter-table.ts';
import type { CgroupOnNode } from './counter-table.ts';

/** How a bar is coloured: where threads run (local) and elsewhere (remote). */
export type Paint = (place: 'local' | 'remote', text: string) => string;

const barWidth = 40;
const bytesPerMiB = 1024 * 1024;

/** A line that names the container, then one per NUMA node; `◀` marks the nodes its threads are on. */
export function pageBars({ node, cgroup, threadNodes, cpuTime }: CgroupOnNode, paint: Paint): string {
  const total = cgroup.pagesPerNode.reduce((sum, pages) => sum + pages, 0);
  const digits = String(cgroup.pagesPerNode.length - 1).length;
  const lines = cgroup.pagesPerNode.map((pages, numaNode) => {
    const isLocal = threadNodes.includes(numaNode);
    const share = total === 0 ? 0 : pages / total;
    const label = `  node ${String(numaNode).padStart(digits)}  `;
    const amount = `${percent(share).padStart(4)}  ${mebibytes(pages).padStart(9)} MiB`;
    return `${label}${bar(share, isLocal, paint)}  ${amount}${isLocal ? '  ◀ threads' : ''}`;
  });
  const flag = cgroup.numaLoadBalance === 0 ? 'off' : 'on';
  const title = `${containerName(cgroup)} on ${node}, balancing ${flag}${overhead(cpuTime)}`;
  return [title, ...lines].map((line) => `${line}\n`).join('');
}

/** What balancing took of the CPU time, if anything. */
function overhead({ totalNs, balancingNs }: CgroupOnNode['cpuTime']): string {
  if (balancingNs === 0) return '';
  return `, which takes ${((100 * balancingNs) / totalNs).toFixed(2)} % of its CPU time`;
}

/** Anything that is there is visible, and only all of it fills the bar. */
function bar(share: number, isLocal: boolean, paint: Paint): string {
  const exact = share * barWidth;
  const blocks =
    share === 1 ? barWidth : Math.min(barWidth - 1, Math.max(share > 0 ? 1 : 0, Math.round(exact)));
  return paint(isLocal ? 'local' : 'remote', '█'.repeat(blocks)) + '·'.repeat(barWidth - blocks);
}

/** Rounded, but 0% and 100% only for none and all. */
function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  if (share < 1 && share > 0.99) return '>99%';
  return `${Math.round(share * 100)}%`;
}

function mebibytes(pages: number): string {
  return ((pages * PAGE_BYTES) / bytesPerMiB).toFixed(1);
}
