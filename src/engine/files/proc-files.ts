import { COUNTERS, COUNTER_INDEX } from '../counters.ts';
import type { Process } from '../process.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import type { MemoryPolicy } from '../memory/memory-policy.ts';
import { pagesPerNode } from '../memory/pages-per-node.ts';
import type { Vma } from '../memory/vma.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { formatIdList } from './parse-value.ts';

const PROC_PID = /^\/proc\/(\d+)\/(?:task\/(\d+)\/)?(sched|numa_maps|cgroup|comm)$/;

/** `/proc/vmstat` and the files of a process (REF §18.1–18.3). */
export function procFiles(state: KernelState): FileLookup {
  return (path) => {
    if (path === '/proc/vmstat') return { read: () => vmstat(state) };
    const match = PROC_PID.exec(path);
    if (!match) return undefined;
    const process = state.processes.get(Number(match[1]));
    const task = process?.tasks.find(({ pid }) => pid === Number(match[2] ?? match[1]));
    return process && task ? taskFile(state, process, task, match[3]!) : undefined;
  };
}

function taskFile(state: KernelState, process: Process, task: Task, name: string): KernelFile {
  switch (name) {
    case 'sched':
      return { read: () => sched(state, task) };
    case 'numa_maps':
      return { read: () => process.mm.vmas.map((vma) => numaMapsLine(vma, task)).join('') };
    case 'cgroup':
      return { read: () => `0::${task.cgroup.path}\n` };
    default:
      return { read: () => `${task.comm}\n` };
  }
}

function vmstat(state: KernelState): string {
  const { stat, free } = state.memory;
  const sum = (key: keyof (typeof stat)[number]): number =>
    stat.reduce((total, node) => total + node[key], 0);
  const lines = [
    `nr_free_pages ${free.reduce((a, b) => a + b, 0)}`,
    `numa_hit ${sum('numaHit')}`,
    `numa_miss ${sum('numaMiss')}`,
    `numa_foreign ${sum('numaForeign')}`,
    `numa_interleave ${sum('interleaveHit')}`,
    `numa_local ${sum('localNode')}`,
    `numa_other ${sum('otherNode')}`,
    ...COUNTERS.filter(
      (counter) => counter.vmstat && (state.variant.taskCounters || !('taskCounter' in counter)),
    ).map(({ name }) => `${name} ${state.events[COUNTER_INDEX[name]]}`),
  ];
  return lines.join('\n') + '\n';
}

/** The balancer's part of `/proc/<pid>/sched`. */
function sched(state: KernelState, task: Task): string {
  const field = (name: string, value: number): string => `${name.padEnd(45)}:${String(value).padStart(21)}\n`;
  const counters = state.variant.taskCounters
    ? field('numa_task_migrated', task.numaMigrations) + field('numa_task_swapped', task.numaSwaps)
    : '';
  const nodes = Array.from({ length: state.topology.nodeCount }, (_, node) => faultsLine(task, node));
  return (
    `${task.comm} (${task.pid}, #threads: ${task.mm.users})\n` +
    field('mm->numa_scan_seq', task.mm.scanSeq) +
    field('numa_pages_migrated', task.pagesMigrated) +
    field('numa_preferred_nid', task.preferredNode) +
    field('total_numa_faults', task.totalFaults) +
    counters +
    `current_node=${state.nodeOfTask(task)}, numa_group_id=${task.group?.id ?? 0}\n` +
    nodes.join('')
  );
}

function faultsLine(task: Task, node: number): string {
  const [taskShared, taskPrivate] = [task.faults?.mem[2 * node] ?? 0, task.faults?.mem[2 * node + 1] ?? 0];
  const [groupShared, groupPrivate] = [task.group?.mem[2 * node] ?? 0, task.group?.mem[2 * node + 1] ?? 0];
  return (
    `numa_faults node=${node} task_private=${taskPrivate} task_shared=${taskShared} ` +
    `group_private=${groupPrivate} group_shared=${groupShared}\n`
  );
}

function numaMapsLine(vma: Vma, task: Task): string {
  const resident = vma.residentPages;
  const perNode = [...Array.from(pagesPerNode(vma)).entries()]
    .filter(([, pages]) => pages > 0)
    .map(([node, pages]) => ` N${node}=${pages}`)
    .join('');
  const counts = resident > 0 ? ` anon=${resident} dirty=${resident}${perNode} kernelpagesize_kB=4` : '';
  return `${vma.start.toString(16)} ${policyText(vma.policy ?? task.policy)}${counts}\n`;
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
