/** Where a container's pages are, as a bar per NUMA node. */
import type { SimulatedCgroup } from '../../api/simulated-node.ts';
import { PAGE_BYTES } from '../../engine/units.ts';
import { containerName } from './counter-table.ts';
import type { CgroupOnNode } from './counter-table.ts';

/** How a bar is coloured: where threads run (local) and elsewhere (remote). */
export type Paint = (place: 'local' | 'remote', text: string) => string;

const barWidth = 40;
const bytesPerMiB = 1024 * 1024;

/** A line that names the container, then one per NUMA node; `◀` marks the nodes its threads are on. */
export function pageBars({ node, cgroup, threadNodes }: CgroupOnNode, paint: Paint): string {
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
  const title = `${containerName(cgroup)} on ${node}, balancing ${flag}`;
  return [title, ...lines, ...performance(cgroup)].map((line) => `${line}\n`).join('');
}

/** How its programs got on, and what balancing took of their time; nothing if they did not run. */
function performance({
  cpuTimeMs = 0,
  progressMs = 0,
  balancingTimeMs = 0,
  ...cgroup
}: SimulatedCgroup): readonly string[] {
  if (cpuTimeMs === 0) return [];
  const { localAccesses = 0, remoteAccesses = 0 } = cgroup;
  const all = localAccesses + remoteAccesses;
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  const local = all === 0 ? [] : [`${share(localAccesses, all)} of accesses local`];
  const speed = `${share(progressMs, cpuTimeMs)} of full speed`;
  const overhead = `${share(balancingTimeMs, cpuTimeMs)} of CPU time for balancing`;
  return [`  since its start: ${[...local, speed, overhead].join(', ')}`];
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
