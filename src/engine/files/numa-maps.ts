import type { MemoryObject } from '../memory/memory-object.ts';
import type { MemoryPolicy } from '../memory/memory-policy.ts';
import { pageKind } from '../memory/vma.ts';
import type { Vma } from '../memory/vma.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { formatIdList } from './parse-value.ts';

/** What shared memory without a file of its own is called. */
const SHARED_ANONYMOUS = '/dev/zero (deleted)';

/**
 * A mapping's line of `/proc/<pid>/numa_maps`, in the format of numa(7) and as far as it is modelled: what the mapping
 * itself maps, not what the memory behind it has. Anonymous pages count as dirty, as they were all written; which pages of
 * files and of shared memory are dirty is not known, so these say only how many are mapped.
 */
export function numaMapsLine({ topology }: KernelState, vma: Vma, task: Task): string {
  const perNode = new Float64Array(topology.nodeCount);
  let [mapped, mapMax] = [0, 0];
  for (let page = vma.low; page < vma.high; page++) {
    if (vma.present[page] === 0) continue;
    const object = vma.table.objectOf(page);
    mapped++;
    perNode[object.node[page]!]!++;
    mapMax = Math.max(mapMax, mapCount(object, page));
  }
  const fields = [
    vma.start.toString(16),
    policyText(vma.policy ?? task.policy),
    ...fileField(vma),
    ...(mapped > 0 ? counts(vma, mapped, mapMax, perNode) : []),
  ];
  return `${fields.join(' ')}\n`;
}

/** Mappings that map a page. */
function mapCount(object: MemoryObject, page: number): number {
  return object.mappings.filter((table) => table.maps(object, page, 1)).length;
}

function fileField({ flags, name }: Vma): readonly string[] {
  const kind = pageKind(flags);
  if (kind === 'anon') return [];
  const path = kind === 'file' ? `/${name}` : SHARED_ANONYMOUS;
  return [`file=${path.replace(/[\s\\]/g, octal)}`];
}

/** White space in names is printed as an octal escape. */
function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

function counts(vma: Vma, mapped: number, mapMax: number, perNode: Float64Array): readonly string[] {
  const what = pageKind(vma.flags) === 'anon' ? [`anon=${mapped}`, `dirty=${mapped}`] : [`mapped=${mapped}`];
  const nodes = [...perNode].flatMap((pages, node) => (pages > 0 ? [`N${node}=${pages}`] : []));
  return [...what, ...(mapMax > 1 ? [`mapmax=${mapMax}`] : []), ...nodes, 'kernelpagesize_kB=4'];
}

function policyText(policy: MemoryPolicy | null): string {
  if (!policy) return 'default';
  const names = {
    Default: 'default',
    Local: 'local',
    Preferred: 'prefer',
    PreferredMany: 'prefer (many)',
    Bind: 'bind',
    Interleave: 'interleave',
    WeightedInterleave: 'weighted interleave',
  };
  const flags = policy.migrateOnFault ? '=balancing' : '';
  const nodes = policy.nodes.length > 0 ? `:${formatIdList(policy.nodes)}` : '';
  return names[policy.mode] + flags + nodes;
}
