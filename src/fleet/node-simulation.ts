import type { CgroupDirectory } from '../cgroup/cgroup-directory.ts';
import { nodeCgroups } from '../cgroup/node-cgroups.ts';
import { QosLevels } from '../cgroup/qos-levels.ts';
import { Kernel } from '../engine/kernel.ts';
import type { DecisionListener } from '../engine/trace/decision-log.ts';
import { NS_PER_MS, NS_PER_S } from '../engine/units.ts';
import { ContainerTasks } from './container-tasks.ts';
import type { DesiredContainer, DesiredNode, DesiredPod } from './desired-node.ts';
import {
  cgroupFile,
  handDown,
  makeContainer,
  makeInner,
  writeIfDifferent,
  writeValues,
} from './kernel-directories.ts';
import { kernelOptions, runtimeSettings } from './kernel-options.ts';
import { sampleNode } from './node-sample.ts';
import type { NodeSample } from './node-sample.ts';
import { isOnWholeSecond } from './whole-second.ts';

const FLAG = 'cpu.numa_load_balance';
/** A kubelet brings its QoS levels up to date once a minute. */
const LEVELS_PERIOD_NS = 60 * NS_PER_S;

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
  /** When the kubelet next looks at its levels by itself. */
  #levelsDueNs = LEVELS_PERIOD_NS;
  /** Running containers by cgroup path. */
  readonly #containers = new Map<string, ContainerTasks>();
  /** Pod directories that exist, by path. */
  readonly #podPaths = new Set<string>();
  #restarts = 0;
  readonly #listener: DecisionListener | undefined;

  /** @param listener is told of every decision of the balancer about the node's pods */
  constructor(desired: DesiredNode, listener?: DecisionListener) {
    this.name = desired.name;
    this.#listener = listener;
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
    if (JSON.stringify(desired.cgroups.node) !== JSON.stringify(this.#desired.cgroups.node)) {
      // A kubelet learns of another budget when it starts, and looks at all pods then.
      this.#levels = new QosLevels(desired.cgroups.node);
    }
    this.#desired = desired;
    this.#pending = true;
  }

  /**
   * Carries out what is desired and runs the kernel up to a time since its boot. A kernel that must be booted anew begins
   * at 0: `settle` first and read `now`, or the whole time is simulated again.
   */
  advance(untilNs: number): void {
    const kernel = this.#settle();
    if (!kernel) return;
    for (; this.#levelsDueNs <= untilNs; this.#levelsDueNs += LEVELS_PERIOD_NS) {
      kernel.run(this.#levelsDueNs);
      this.#updateLevels(kernel);
    }
    kernel.run(untilNs);
  }

  /** Carries out what is desired without letting time pass. */
  settle(): void {
    this.#settle();
  }

  /** Whether time stands on a whole second with nothing left to carry out: then a pause has taken effect. */
  get isAtRest(): boolean {
    return !this.#pending && isOnWholeSecond(this.now, this.tickNs);
  }

  /** Whether there are containers, and the fixed work of all of them is done. */
  get isDone(): boolean {
    const jobs = this.#kernel?.jobs() ?? [];
    return jobs.length > 0 && jobs.every(({ endedNs }) => endedNs !== undefined);
  }

  /** Hash over every page, which costs time in proportion to memory; undefined while nothing is simulated. */
  digest(): string | undefined {
    return this.#settle()?.digest();
  }

  /** Text of a kernel file (`/proc/vmstat`, `/sys/fs/cgroup/…`), undefined where there is none. */
  read(path: string): string | undefined {
    const kernel = this.#settle();
    return kernel?.exists(path) === true ? kernel.read(path) : undefined;
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
      this.#forget();
      this.#kernel = new Kernel(options);
      if (this.#listener) this.#kernel.trace(this.#listener);
      handDown(this.#kernel, '');
      this.#bootKey = bootKey;
    }
    this.#carryOut(this.#kernel);
    return this.#kernel;
  }

  #forget(): void {
    if (this.now > 0) this.#restarts++;
    this.#kernel = undefined;
    this.#containers.clear();
    this.#podPaths.clear();
    this.#levels = new QosLevels(this.#desired.cgroups.node);
    this.#levelsDueNs = LEVELS_PERIOD_NS;
  }

  #carryOut(kernel: Kernel): void {
    for (const [path, text] of runtimeSettings(this.#desired.config)) writeIfDifferent(kernel, path, text);
    this.#removeWhatIsGone(kernel);
    this.#updateLevels(kernel);
    for (const pod of this.#desired.pods) this.#carryOutPod(kernel, pod);
    if (this.#desired.config.rfc.version === 'AllAncestors') this.#switchAncestors(kernel);
  }

  #updateLevels(kernel: Kernel): void {
    this.#levels.observe(this.#desired.boundPods, kernel.now / NS_PER_MS);
    for (const directory of this.#levelDirectories()) makeInner(kernel, directory);
  }

  /** The directories above the pods. */
  #levelDirectories(): readonly CgroupDirectory[] {
    const { config, node } = this.#desired.cgroups;
    return nodeCgroups(node, [], config, this.#levels);
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
    const { path, directories, enabled } = container;
    const existing = this.#containers.get(path);
    const tasks = existing ?? new ContainerTasks(pod, container);
    if (!existing) {
      makeContainer(kernel, directories, path);
      this.#containers.set(path, tasks);
    }
    for (const directory of directories) writeValues(kernel, directory);
    writeIfDifferent(kernel, cgroupFile(path, FLAG), enabled ? '1' : '0');
    tasks.carryOut(kernel, pod, container);
  }

  /** This variant asks every ancestor too: each is on while something below it is. */
  #switchAncestors(kernel: Kernel): void {
    const enabled = this.#desired.pods.flatMap(({ containers }) => containers.filter((each) => each.enabled));
    for (const path of this.#innerPaths()) {
      const on = enabled.some((container) => container.path.startsWith(`${path}/`));
      writeIfDifferent(kernel, cgroupFile(path, FLAG), on ? '1' : '0');
    }
  }

  /** Every directory that is not a container's own: the root (`''`), the levels, the pods, the runtime's outer ones. */
  #innerPaths(): readonly string[] {
    const outer = [...this.#containers.values()].flatMap(({ container }) =>
      container.directories.map(({ path }) => path).filter((path) => path !== container.path),
    );
    return ['', ...this.#levelDirectories().map(({ path }) => path), ...this.#podPaths, ...outer];
  }
}
