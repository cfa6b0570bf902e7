import type { Cgroup, Controller } from '../cgroup.ts';
import {
  cgroupType,
  makeThreaded,
  moveThread,
  refuseInvalidGroup,
  resourceDomain,
} from '../cgroup-threads.ts';
import { findCgroup, moveProcess } from '../cgroup-tree.ts';
import { KernelError } from '../kernel-error.ts';
import { fitToAllowed } from '../sched/fork-placement.ts';
import type { KernelState } from '../state.ts';
import { PAGE_BYTES } from '../units.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { memoryNumaStat, memoryStat } from './memory-stat.ts';
import { U64_MAX, formatIdList, parseIdList, parseInteger } from './parse-value.ts';

export const CGROUP_ROOT = '/sys/fs/cgroup';
const CONTROLLERS: readonly Controller[] = ['cpuset', 'cpu', 'memory'];
/** Bounds of `cpu.max`, µs. */
const QUOTA_MIN_US = 1000n;
const PERIOD_US = { min: 1000n, max: 1_000_000n };
const WEIGHT = { min: 1n, max: 10_000n, outside: 'ERANGE' } as const;
const PID = { min: 1n, max: 2n ** 22n };
const OOM_GROUP = 'memory.oom.group';
/** At this many bytes a limit is none. */
const NO_LIMIT = 2 ** 63;
/** Kept as they are written: without reclaim and huge page pools they steer nothing here. */
const STORED: Readonly<Record<string, string>> = {
  'memory.min': '0',
  'memory.low': '0',
  'memory.high': 'max',
  'memory.swap.max': 'max',
  [OOM_GROUP]: '0',
};

interface Context {
  readonly state: KernelState;
  readonly group: Cgroup;
  readonly path: string;
}

type FileFactory = (context: Context) => KernelFile;

/** Files every group has. */
const CORE_FILES: Readonly<Record<string, FileFactory>> = {
  'cgroup.procs': ({ state, group, path }) => ({
    read: () => lines(processesIn(state, group, path)),
    write: (text) => {
      refuseInvalidGroup(group, path);
      moveProcess(state, Number(parseInteger(path, text, PID)), group);
    },
  }),
  'cgroup.threads': ({ state, group, path }) => ({
    read: () => lines([...group.tasks].sort((a, b) => a - b)),
    write: (text) => moveThread(state, Number(parseInteger(path, text, PID)), group),
  }),
  'cgroup.type': ({ group, path }) => ({
    read: () => `${cgroupType(group)}\n`,
    write: (text) => makeThreaded(group, path, text),
  }),
  'cgroup.controllers': ({ group }) => ({ read: () => controllerList(group.controllers) }),
  'cgroup.subtree_control': ({ group, path }) => ({
    read: () => controllerList(group.subtreeControl),
    write: (text) => writeSubtreeControl(group, path, text),
  }),
};

/** Files of the controllers, where the group has the controller. */
const CONTROLLER_FILES: Readonly<Record<string, { readonly onRoot?: boolean; readonly file: FileFactory }>> =
  {
    'cpu.weight': {
      file: ({ group, path }) => ({
        read: () => `${group.cpuWeight}\n`,
        write: (text) => {
          group.cpuWeight = Number(parseInteger(path, text, WEIGHT));
        },
      }),
    },
    'cpu.max': {
      file: ({ group, path }) => ({
        read: () => `${group.cpuMax.quotaUs ?? 'max'} ${group.cpuMax.periodUs}\n`,
        write: (text) => {
          group.cpuMax = parseCpuMax(path, text, group.cpuMax.periodUs);
        },
      }),
    },
    'memory.max': {
      file: ({ group, path }) => ({
        read: () => `${group.memoryMax ?? 'max'}\n`,
        write: (text) => {
          group.memoryMax = parseMemory(path, text);
        },
      }),
    },
    'memory.current': { file: ({ group }) => ({ read: () => `${group.chargedPages * PAGE_BYTES}\n` }) },
    'memory.events': {
      file: ({ group }) => ({ read: () => `oom ${group.oomKills}\noom_kill ${group.oomKills}\n` }),
    },
    'memory.stat': { onRoot: true, file: ({ state, group }) => ({ read: () => memoryStat(state, group) }) },
    'memory.numa_stat': {
      onRoot: true,
      file: ({ state, group }) => ({ read: () => memoryNumaStat(state, group) }),
    },
    'cpuset.cpus': {
      file: ({ state, group, path }) => ({
        read: () => `${formatIdList(group.cpus ?? [])}\n`,
        write: (text) => {
          const cpus = parseIdList(path, text, state.topology.cpuCount);
          group.cpus = cpus.length > 0 ? cpus : undefined;
          fitTasks(state);
        },
      }),
    },
    'cpuset.mems': {
      file: ({ state, group, path }) => ({
        read: () => `${formatIdList(group.mems ?? [])}\n`,
        write: (text) => {
          const mems = parseIdList(path, text, state.topology.nodeCount);
          group.mems = mems.length > 0 ? mems : undefined;
        },
      }),
    },
  };

/** The RFC's switch: any u64, on the root too (REF §17.2–17.3). */
const numaLoadBalance: FileFactory = ({ group, path }) => ({
  read: () => `${group.numaLoadBalance}\n`,
  write: (text) => {
    group.numaLoadBalance = parseInteger(path, text, { min: 0n, max: U64_MAX, outside: 'ERANGE' });
  },
});

/** The cgroup v2 tree under `/sys/fs/cgroup`. */
export function cgroupFiles(state: KernelState): FileLookup {
  return (path) => {
    if (!path.startsWith(`${CGROUP_ROOT}/`)) return undefined;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const group = findCgroup(state, path.slice(CGROUP_ROOT.length, slash) || '/');
    if (!group) return undefined;
    const context = { state, group, path };
    if (name === 'cgroup.type' && !group.parent) return undefined;
    return CORE_FILES[name]?.(context) ?? controllerFile(context, name);
  };
}

function controllerFile(context: Context, name: string): KernelFile | undefined {
  const { state, group, path } = context;
  const controller = name.slice(0, name.indexOf('.')) as Controller;
  if (!group.controllers.has(controller)) return undefined;
  if (name === 'cpu.numa_load_balance') return state.gate.hasFile ? numaLoadBalance(context) : undefined;
  if (name in STORED && group.parent) return storedFile(group, name, path);
  const entry = CONTROLLER_FILES[name];
  return entry && (group.parent !== undefined || entry.onRoot === true) ? entry.file(context) : undefined;
}

function storedFile(group: Cgroup, name: string, path: string): KernelFile {
  return {
    read: () => `${group.stored.get(name) ?? STORED[name]}\n`,
    write: (text) => {
      const value =
        name === OOM_GROUP
          ? parseInteger(path, text, { min: 0n, max: 1n })
          : (parseMemory(path, text) ?? 'max');
      group.stored.set(name, String(value));
    },
  };
}

/** Of a threaded domain, those of the whole threaded subtree. */
function processesIn(state: KernelState, group: Cgroup, path: string): readonly number[] {
  if (group.threaded) throw new KernelError('EOPNOTSUPP', path, 'a threaded group has cgroup.threads only');
  return [...state.processes.values()]
    .filter(({ tasks }) => tasks[0] !== undefined && resourceDomain(tasks[0].cgroup) === group)
    .map(({ pid }) => pid);
}

function writeSubtreeControl(group: Cgroup, path: string, text: string): void {
  const changes = text.trim().split(/\s+/).filter(Boolean);
  const parsed = changes.map((change) => parseControllerChange(group, path, change));
  for (const { controller, enable } of parsed) {
    if (enable) group.subtreeControl.add(controller);
    else group.subtreeControl.delete(controller);
    for (const child of group.children.values()) child.setController(controller, enable);
  }
}

interface ControllerChange {
  readonly controller: Controller;
  readonly enable: boolean;
}

function parseControllerChange(group: Cgroup, path: string, change: string): ControllerChange {
  const controller = CONTROLLERS.find((name) => name === change.slice(1));
  if (!/^[+-]/.test(change) || !controller)
    throw new KernelError('EINVAL', path, `"${change}" is not + or - and one of ${CONTROLLERS.join(', ')}`);
  if (!group.controllers.has(controller))
    throw new KernelError('ENOENT', path, `${controller} is not available here`);
  const enable = change.startsWith('+');
  if (enable && isInUse(group, controller))
    throw new KernelError('EBUSY', path, 'a group with processes cannot hand controllers to its children');
  if (!enable && [...group.children.values()].some((child) => child.subtreeControl.has(controller)))
    throw new KernelError('EBUSY', path, `${controller} is in use further down`);
  return { controller, enable };
}

/** Processes live in the leaves, but for controllers of threads in a threaded subtree. */
function isInUse(group: Cgroup, controller: Controller): boolean {
  const isForThreads = group.isThreadedHost && controller !== 'memory';
  return group.parent !== undefined && !isForThreads && group.tasks.size > 0;
}

function parseCpuMax(path: string, text: string, period: number): Cgroup['cpuMax'] {
  const [quota = '', newPeriod] = text.trim().split(/\s+/);
  const periodUs = newPeriod === undefined ? period : Number(parseInteger(path, newPeriod, PERIOD_US));
  const quotaUs =
    quota === 'max'
      ? undefined
      : Number(parseInteger(path, quota, { min: QUOTA_MIN_US, max: U64_MAX / 1000n }));
  return { quotaUs, periodUs };
}

function parseMemory(path: string, text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'max') return undefined;
  const match = /^(\d+)([kKmMgGtT]?)$/.exec(trimmed);
  if (!match) throw new KernelError('EINVAL', path, `"${trimmed}" is neither "max" nor a number of bytes`);
  const shift = { '': 0, k: 1, m: 2, g: 3, t: 4 }[match[2]!.toLowerCase()]!;
  const bytes = Number(match[1]) * 1024 ** shift;
  return bytes < NO_LIMIT ? Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES : undefined;
}

/** Moves tasks off CPUs they may no longer use. */
function fitTasks(state: KernelState): void {
  for (const task of state.tasks.values()) fitToAllowed(state, task);
}

function controllerList(set: ReadonlySet<Controller>): string {
  return CONTROLLERS.filter((controller) => set.has(controller)).join(' ') + '\n';
}

function lines(values: readonly number[]): string {
  return values.map((value) => `${value}\n`).join('');
}
