import { KernelError } from '../engine/kernel-error.ts';
import type { Kernel } from '../engine/kernel.ts';
import type { MemoryPolicySpec } from '../engine/memory/memory-policy.ts';
import type { ProcessPlan } from '../workload/container-processes.ts';
import type { DesiredContainer, DesiredPod } from './desired-node.ts';
import { cgroupFile } from './kernel-directories.ts';

const NO_POLICY: MemoryPolicySpec = { mode: 'Default', nodes: [], numaBalancing: false };

/** A container in a simulated kernel: its processes, and what the kernel refused it. */
export class ContainerTasks {
  #pod: DesiredPod;
  #container: DesiredContainer;
  #pids: readonly number[] = [];
  #memoryPolicyKey = '';
  /** What the running processes were started to do. */
  #behaviour: string | undefined;
  #cpus: string | undefined;
  /** What was refused, by what was asked for; the newest answer counts. */
  readonly #problems = new Map<string, string>();

  constructor(pod: DesiredPod, container: DesiredContainer) {
    this.#pod = pod;
    this.#container = container;
  }

  get pod(): DesiredPod {
    return this.#pod;
  }

  get container(): DesiredContainer {
    return this.#container;
  }

  get pids(): readonly number[] {
    return this.#pids;
  }

  /** What the kernel refused or ended, with its errno; undefined when all went well. */
  get problem(): string | undefined {
    return this.#problems.size === 0 ? undefined : [...new Set(this.#problems.values())].join('; ');
  }

  /**
   * Brings the container's CPU set, memory policy and processes in line; the cgroup exists. Processes whose profile says
   * something else now end, and new ones start in their place.
   */
  carryOut(kernel: Kernel, pod: DesiredPod, container: DesiredContainer): void {
    this.#pod = pod;
    this.#container = container;
    this.#confine(kernel, container.cpus);
    const policyKey = JSON.stringify(container.memoryPolicy ?? null);
    const behaviour = behaviourOf(container);
    if (behaviour !== this.#behaviour) {
      this.#behaviour = behaviour;
      this.#start(kernel);
    } else if (policyKey !== this.#memoryPolicyKey) this.#changePolicy(kernel);
    this.#memoryPolicyKey = policyKey;
  }

  /** Ends the processes and removes the container's directories, innermost first. */
  end(kernel: Kernel): void {
    this.#kill(kernel);
    for (const { path } of [...this.#container.directories].reverse()) kernel.rmdir(path);
  }

  #kill(kernel: Kernel): void {
    for (const pid of this.#pids) kernel.kill(pid);
    this.#pids = [];
  }

  #confine(kernel: Kernel, cpus: string | undefined): void {
    if (cpus === this.#cpus) return;
    this.#cpus = cpus;
    this.#attempt('cpuset', () => {
      kernel.write(cgroupFile(this.#container.path, 'cpuset.cpus'), cpus ?? '');
    });
  }

  #start(kernel: Kernel): void {
    this.#kill(kernel);
    for (const what of [...this.#problems.keys()]) if (what !== 'cpuset') this.#problems.delete(what);
    const pids: number[] = [];
    for (const plan of this.#container.processes) {
      this.#attempt(plan.streamName, () => {
        pids.push(this.#spawn(kernel, plan));
      });
    }
    this.#pids = pids;
  }

  /** A program that is refused a memory policy goes on without it, as real ones do. */
  #spawn(kernel: Kernel, plan: ProcessPlan): number {
    const granted = {
      ...plan,
      cgroup: this.#container.path,
      policy: this.#granted(kernel, 'policy', plan.policy),
      regions: plan.regions.map((region) => ({
        ...region,
        policy: this.#granted(kernel, `${plan.streamName}/${region.name}`, region.policy),
      })),
    };
    const outcome = kernel.spawn(granted);
    if ('pid' in outcome) return outcome.pid;
    throw new KernelError('ENOMEM', `process ${plan.streamName}`, `killed: ${outcome.oomKilled}`);
  }

  #granted(kernel: Kernel, what: string, policy: MemoryPolicySpec | undefined): MemoryPolicySpec | undefined {
    if (!policy) return undefined;
    const refused = this.#attempt(what, () => {
      kernel.checkMemoryPolicy(policy);
    });
    return refused ? undefined : policy;
  }

  /** Memory that is allocated stays where it is: the policy governs later allocations, and balancing. */
  #changePolicy(kernel: Kernel): void {
    this.#attempt('policy', () => {
      for (const pid of this.#pids) kernel.setMemoryPolicy(pid, this.#container.memoryPolicy ?? NO_POLICY);
    });
  }

  /** Runs something the kernel may refuse; returns whether it did. */
  #attempt(what: string, action: () => void): boolean {
    this.#problems.delete(what);
    try {
      action();
      return false;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#problems.set(what, error.message);
      return true;
    }
  }
}

/**
 * What the processes do, their task policy apart. Without a profile it follows from requests when they start: a running
 * program does not change with a resize.
 */
function behaviourOf({ profile, processes }: DesiredContainer): string {
  if (profile === undefined) return '';
  return JSON.stringify(processes.map((plan) => ({ ...plan, policy: undefined })));
}
