import type { CgroupDirectory } from '../cgroup/cgroup-directory.ts';
import { nodeCgroups } from '../cgroup/node-cgroups.ts';
import { QosLevels } from '../cgroup/qos-levels.ts';
import { CGROUP_ROOT, Kernel } from '../engine/kernel.ts';
import { NS_PER_MS, NS_PER_S } from '../engine/units.ts';
import { ContainerTasks } from './container-tasks.ts';
import type { DesiredContainer, DesiredNode, DesiredPod } from './desired-node.ts';
import { kernelOptions, runtimeSettings } from './kernel-options.ts';
import { sampleNode } from './node-sample.ts';
import type { NodeSample } from './node-sample.ts';

const FLAG = 'cpu.numa_load_balance';
const CONTROLLERS = '+cpuset +cpu +memory';

/**
 * One simulated node: a kernel, and the pods in it. What it should hold is set at any time with `desire` and carried out
 * before time moves on or a sample is taken, pods in the order of their names. A kernel that has not run yet is booted
 * anew for each change, so that the order in which objects arrive makes no difference.
 */
export class NodeSimulation {
  readonly name: string;
  #desired: DesiredNode;
  #pending = true;
  #kernel: Kernel | undefined;
  /** What the kernel was booted with, to see when it must be booted anew. */
  #bootKey = '';
  #levels: QosLevels;
  /** Running containers by cgroup path. */
  readonly #containers = new Map<string, ContainerTasks>();
  /** Pod directories that exist, by path. */
  readonly #podPaths = new Set<string>();
  #restarts = 0;

  constructor(desired: DesiredNode) {
    this.name = desired.name;
    this.#desired = desired;
    this.#levels = new QosLevels(desired.cgroups.node);
  }

  /** Simulated time since the kernel was booted, ns. */
  get now(): number {
    return this.#kernel?.now ?? 0;
  }

  /** Length of a tick of its kernel, ns; time moves in whole ticks. */
  get tickNs(): number {
    return this.#kernel?.tickNs ?? 0;
  }

  /** How often the kernel had to be booted anew after it had run: its machine, seed or variant changed. */
  get restarts(): number {
    return this.#restarts;
  }

  get desired(): DesiredNode {
    return this.#desired;
  }

  /** Says what the node should be from now on. */
  desire(desired: DesiredNode): void {
    this.#desired = desired;
    this.#pending = true;
  }

  /** Carries out what is desired and runs the kernel up to a time since its boot. */
  advance(untilNs: number): void {
    this.#settle()?.run(untilNs);
  }

  /** Carries out what is desired without letting time pass. */
  settle(): void {
    this.#settle();
  }

  /** Whether time stands on a whole second with nothing left to carry out: then a pause has taken effect. */
  get isAtRest(): boolean {
    return !this.#pending && this.now === wholeSecond(this.now);
  }

  /** Hash over every page, which costs time in proportion to memory; undefined while nothing is simulated. */
  digest(): string | undefined {
    return this.#settle()?.digest();
  }

  /** What can be seen now. With `digest`, also a hash over every page, which costs time in proportion to memory. */
  sample(options: { readonly digest: boolean }): NodeSample {
    const kernel = this.#settle();
    return sampleNode(this.#desired, kernel, this.#containers, options);
  }

  #settle(): Kernel | undefined {
    if (!this.#pending) return this.#kernel;
    this.#pending = false;
    const { machine } = this.#desired;
    if (!('machine' in machine)) {
      this.#forget();
      return undefined;
    }
    const options = kernelOptions(this.#desired.config, machine.machine);
    const bootKey = JSON.stringify([options, this.#desired.config.cgroups]);
    if (!this.#kernel || this.#kernel.now === 0 || bootKey !== this.#bootKey) {
      if (this.#kernel && this.#kernel.now > 0) this.#restarts++;
      this.#forget();
      this.#kernel = new Kernel(options);
      this.#kernel.write(`${CGROUP_ROOT}/cgroup.subtree_control`, CONTROLLERS);
      this.#bootKey = bootKey;
    }
    this.#carryOut(this.#kernel);
    return this.#kernel;
  }

  #forget(): void {
    this.#kernel = undefined;
    this.#containers.clear();
    this.#podPaths.clear();
    this.#levels = new QosLevels(this.#desired.cgroups.node);
  }

  #carryOut(kernel: Kernel): void {
    for (const [path, text] of runtimeSettings(this.#desired.config)) writeIfDifferent(kernel, path, text);
    this.#levels.observe(this.#desired.boundPods, kernel.now / NS_PER_MS);
    this.#removeWhatIsGone(kernel);
    const { config, node } = this.#desired.cgroups;
    for (const directory of nodeCgroups(node, [], config, this.#levels)) makeInner(kernel, directory);
    for (const pod of this.#desired.pods) this.#carryOutPod(kernel, pod);
    if (this.#desired.config.rfc.version === 'AllAncestors') this.#switchAncestors(kernel);
  }

  #removeWhatIsGone(kernel: Kernel): void {
    const wanted = new Set(
      this.#desired.pods.flatMap(({ containers }) => containers.map(({ path }) => path)),
    );
    for (const [path, tasks] of this.#containers) {
      if (wanted.has(path)) continue;
      tasks.end(kernel);
      this.#containers.delete(path);
    }
    const pods = new Set(this.#desired.pods.map(({ directory }) => directory.path));
    for (const path of this.#podPaths) {
      if (pods.has(path)) continue;
      kernel.rmdir(path);
      this.#podPaths.delete(path);
    }
  }

  #carryOutPod(kernel: Kernel, pod: DesiredPod): void {
    makeInner(kernel, pod.directory);
    this.#podPaths.add(pod.directory.path);
    for (const container of pod.containers) this.#carryOutContainer(kernel, pod, container);
  }

  #carryOutContainer(kernel: Kernel, pod: DesiredPod, container: DesiredContainer): void {
    const existing = this.#containers.get(container.path);
    const tasks = existing ?? new ContainerTasks(pod, container);
    if (!existing) {
      for (const directory of container.directories) makeDirectory(kernel, directory, container.path);
      this.#containers.set(container.path, tasks);
    }
    for (const directory of container.directories) writeValues(kernel, directory);
    if (kernel.exists(`${CGROUP_ROOT}${container.path}/${FLAG}`)) {
      writeIfDifferent(kernel, `${CGROUP_ROOT}${container.path}/${FLAG}`, container.enabled ? '1' : '0');
    }
    tasks.carryOut(kernel, container);
  }

  /** This variant asks every ancestor too: each is on while something below it is. */
  #switchAncestors(kernel: Kernel): void {
    const enabled = this.#desired.pods.flatMap(({ containers }) => containers.filter((each) => each.enabled));
    for (const path of this.#innerPaths()) {
      const on = enabled.some((container) => container.path.startsWith(path === '/' ? '/' : `${path}/`));
      writeIfDifferent(kernel, `${CGROUP_ROOT}${path === '/' ? '' : path}/${FLAG}`, on ? '1' : '0');
    }
  }

  /** Every directory above a container's own. */
  #innerPaths(): ReadonlySet<string> {
    const paths = new Set(['/']);
    for (const container of this.#containers.keys()) {
      for (let at = container.lastIndexOf('/'); at > 0; at = container.lastIndexOf('/', at - 1)) {
        paths.add(container.slice(0, at));
      }
    }
    return paths;
  }
}

/** A directory that holds other directories: it hands its controllers down. */
function makeInner(kernel: Kernel, directory: CgroupDirectory): void {
  if (!kernel.hasCgroup(directory.path)) {
    kernel.mkdir(directory.path);
    kernel.write(`${CGROUP_ROOT}${directory.path}/cgroup.subtree_control`, CONTROLLERS);
  }
  writeValues(kernel, directory);
}

function makeDirectory(kernel: Kernel, directory: CgroupDirectory, leaf: string): void {
  if (directory.path === leaf) kernel.mkdir(directory.path);
  else makeInner(kernel, directory);
}

/** Files this kernel does not have (huge page limits, pids) are passed over. */
function writeValues(kernel: Kernel, { path, values }: CgroupDirectory): void {
  for (const [file, text] of Object.entries(values)) {
    const at = `${CGROUP_ROOT}${path}/${file}`;
    if (kernel.exists(at)) writeIfDifferent(kernel, at, text);
  }
}

function writeIfDifferent(kernel: Kernel, path: string, text: string): void {
  if (kernel.read(path).trim() !== text) kernel.write(path, text);
}

/** The last whole second at or before a time, ns: samples are taken on whole simulated seconds. */
export function wholeSecond(ns: number): number {
  return Math.floor(ns / NS_PER_S) * NS_PER_S;
}
