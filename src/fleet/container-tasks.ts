import { KernelError } from '../engine/kernel-error.ts';
import { CGROUP_ROOT } from '../engine/kernel.ts';
import type { Kernel } from '../engine/kernel.ts';
import type { ProcessPlan } from '../workload/container-processes.ts';
import type { DesiredContainer, DesiredPod } from './desired-node.ts';

/** A container in a simulated kernel: its processes, and what the kernel refused it. */
export class ContainerTasks {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly name: string;
  #container: DesiredContainer;
  #pids: readonly number[] | undefined;
  #memoryPolicyKey = '';
  #cpus: string | undefined;
  readonly #problems = new Map<string, string>();

  constructor({ namespace, name, uid }: DesiredPod, container: DesiredContainer) {
    this.namespace = namespace;
    this.pod = name;
    this.podUid = uid;
    this.name = container.name;
    this.#container = container;
  }

  get container(): DesiredContainer {
    return this.#container;
  }

  get pids(): readonly number[] {
    return this.#pids ?? [];
  }

  /** What the kernel refused or ended, with its errno; undefined when all went well. */
  get problem(): string | undefined {
    return this.#problems.size === 0 ? undefined : [...this.#problems.values()].join('; ');
  }

  /** Brings the container's CPU set, memory policy and processes in line; the cgroup exists. */
  carryOut(kernel: Kernel, container: DesiredContainer): void {
    this.#container = container;
    this.#confine(kernel, container.cpus);
    const policyKey = JSON.stringify(container.memoryPolicy ?? null);
    if (this.#pids === undefined) {
      this.#memoryPolicyKey = policyKey;
      this.#start(kernel);
    } else if (policyKey !== this.#memoryPolicyKey) {
      this.#memoryPolicyKey = policyKey;
      this.#changePolicy(kernel, this.#pids);
    }
  }

  /** Ends the processes and removes the container's directories, innermost first. */
  end(kernel: Kernel): void {
    for (const pid of this.pids) kernel.kill(pid);
    for (const { path } of [...this.#container.directories].reverse()) kernel.rmdir(path);
  }

  #confine(kernel: Kernel, cpus: string | undefined): void {
    if (cpus === this.#cpus) return;
    this.#cpus = cpus;
    const file = `${CGROUP_ROOT}${this.#container.path}/cpuset.cpus`;
    this.#attempt('cpuset', () => {
      kernel.write(file, cpus ?? '');
    });
  }

  #start(kernel: Kernel): void {
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
    const cgroup = this.#container.path;
    const refused = this.#attempt('policy', () => {
      for (const { policy } of [plan, ...plan.regions]) if (policy) kernel.checkMemoryPolicy(policy);
    });
    const granted = refused ? withoutPolicies(plan) : plan;
    const outcome = kernel.spawn({ ...granted, cgroup });
    if ('pid' in outcome) return outcome.pid;
    throw new KernelError('ENOMEM', `process ${plan.streamName}`, `killed: ${outcome.oomKilled}`);
  }

  /** Memory that is allocated stays where it is: the policy governs later allocations, and balancing. */
  #changePolicy(kernel: Kernel, pids: readonly number[]): void {
    const policy = this.#container.memoryPolicy ?? { mode: 'Default', nodes: [], numaBalancing: false };
    this.#attempt('policy', () => {
      for (const pid of pids) kernel.setMemoryPolicy(pid, policy);
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

function withoutPolicies(plan: ProcessPlan): ProcessPlan {
  return {
    ...plan,
    policy: undefined,
    regions: plan.regions.map((region) => ({ ...region, policy: undefined })),
  };
}
