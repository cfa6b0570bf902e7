import { expect } from 'chai';

import { Kernel } from '../../src/engine/kernel.ts';
import type { ProcessPlan } from '../../src/workload/container-processes.ts';
import { ContainerTasks } from '../../src/fleet/container-tasks.ts';
import type { DesiredContainer, DesiredPod } from '../../src/fleet/desired-node.ts';
import { handDown } from '../../src/fleet/kernel-directories.ts';

const path = '/app';
const pod: DesiredPod = {
  namespace: 'shop',
  name: 'web',
  uid: 'u',
  directory: { path: '/', values: {} },
  containers: [],
};

/** A process of one thread with a region of one page per name. */
function plan(streamName: string, parts: Partial<ProcessPlan> = {}): ProcessPlan {
  return {
    comm: 'app',
    streamName,
    regions: [{ name: 'heap', pages: 4 }],
    threads: [{ accesses: [] }],
    ...parts,
  };
}

function container(parts: Partial<DesiredContainer> = {}): DesiredContainer {
  return {
    name: 'app',
    id: '1',
    path,
    directories: [{ path, values: {} }],
    enabled: true,
    policy: undefined,
    memoryPolicy: undefined,
    cpus: undefined,
    profile: 'p',
    processes: [plan('a'), plan('b')],
    ...parts,
  };
}

/** A container in a kernel of two nodes with a CPU each, and what becomes of it under one desire after the other. */
function carriedOut(...desires: readonly Partial<DesiredContainer>[]): {
  readonly kernel: Kernel;
  readonly tasks: ContainerTasks;
  readonly pids: readonly (readonly number[])[];
} {
  const nodes = [0, 1].map((cpu) => ({ cpus: [cpu], pages: 4096 }));
  const kernel = new Kernel({
    machine: {
      nodes,
      distances: [
        [10, 21],
        [21, 10],
      ],
    },
  });
  handDown(kernel, '');
  kernel.mkdir(path);
  const tasks = new ContainerTasks(pod, container());
  const pids = desires.map((parts) => {
    tasks.carryOut(kernel, pod, container(parts));
    return tasks.pids;
  });
  return { kernel, tasks, pids };
}

describe('a container’s tasks', () => {
  it('are the processes of the plan, in its cgroup', () => {
    const { kernel, tasks } = carriedOut({});
    expect(kernel.processes().map((process) => [process.pid, process.cgroup])).to.deep.equal(
      tasks.pids.map((pid) => [pid, path]),
    );
    expect(tasks.pids).to.have.lengthOf(2);
  });

  it('go on while nothing about them changes', () => {
    const { pids } = carriedOut({}, { enabled: false, policy: 'off' }, { cpus: '1' });
    expect(pids[1]).to.deep.equal(pids[0]);
    expect(pids[2]).to.deep.equal(pids[0]);
  });

  it('start anew when their profile says something else', () => {
    const { kernel, pids } = carriedOut({}, { processes: [plan('a', { regions: [] })] });
    expect(pids[1]).to.have.lengthOf(1);
    expect(kernel.processes().map(({ pid }) => pid)).to.deep.equal(pids[1]);
  });

  it('start anew when a profile comes or goes', () => {
    const { pids } = carriedOut({ profile: undefined }, {}, { profile: undefined });
    expect(new Set(pids.flat()).size).to.equal(6);
  });

  it('without a profile go on whatever their requests are now', () => {
    const { pids } = carriedOut({ profile: undefined }, { profile: undefined, processes: [plan('a')] });
    expect(pids[1]).to.deep.equal(pids[0]);
  });

  it('keep their memory where it is when the memory policy changes', () => {
    const bind = { mode: 'Bind', nodes: [1], numaBalancing: false } as const;
    const processes = [plan('a', { policy: bind })];
    const { kernel, pids } = carriedOut(
      { cpus: '0', processes: [plan('a')] },
      { cpus: '0', processes, memoryPolicy: bind },
    );
    expect(pids[1]).to.deep.equal(pids[0]);
    expect(kernel.cgroupMemory(path)).to.deep.equal([4, 0]);
  });

  it('end with the container, which leaves nothing behind', () => {
    const { kernel, tasks } = carriedOut({});
    tasks.end(kernel);
    expect([kernel.processes(), kernel.hasCgroup(path), tasks.pids]).to.deep.equal([[], false, []]);
    expect(kernel.nodes().map(({ managedPages, freePages }) => managedPages - freePages)).to.deep.equal([
      0, 0,
    ]);
  });

  it('tell each problem once', () => {
    const policy = { mode: 'Bind', nodes: [7], numaBalancing: false } as const;
    const { tasks } = carriedOut({
      processes: [plan('a', { policy }), plan('b', { policy })],
      memoryPolicy: policy,
    });
    expect(tasks.problem?.match(/node 7/gu)).to.have.lengthOf(1);
  });
});
