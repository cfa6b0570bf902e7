import { expect } from 'chai';

import { defaultedPod, reportedPod } from '../../../src/cli/expand/running-pod.ts';
import { podCgroups } from '../../../src/cgroup/pod-cgroups.ts';
import { cgroupNodeOf, defaultCgroupConfig } from '../../../src/cgroup/config.ts';
import { node, pod, time } from '../builders.ts';

describe('a pod as the API server stores it', () => {
  it('requests what it is limited to', () => {
    const limited = pod('a', {
      containers: [
        { name: 'app', resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1' } } },
      ],
    });
    const [container] = defaultedPod(limited, time).spec?.containers ?? [];
    expect(container?.resources?.requests).to.deep.equal({ cpu: '1', memory: '1Gi' });
  });

  it('has quantities as text', () => {
    const numbers = pod('a', {
      containers: [{ name: 'app', resources: { requests: { cpu: 2 as unknown as string } } }],
    });
    expect(defaultedPod(numbers, time).spec?.containers[0]?.resources?.requests).to.deep.equal({ cpu: '2' });
  });

  it('keeps its uid, or gets one from its name', () => {
    expect(defaultedPod(pod('a'), time).metadata?.uid).to.equal('uid-a');
    const bare = { ...pod('a'), metadata: { name: 'a', namespace: 'default' } };
    expect(defaultedPod(bare, time).metadata?.uid).to.match(/^[0-9a-f-]{36}$/u);
  });
});

describe('a pod as its kubelet reports it', () => {
  const bound = pod('a', {
    nodeName: 'n0',
    initContainers: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
  });

  it('runs: init containers are done, sidecars and containers run', () => {
    const reported = reportedPod(bound, false, time);
    expect(reported.status?.phase).to.equal('Running');
    const states = [
      ...(reported.status?.initContainerStatuses ?? []),
      ...(reported.status?.containerStatuses ?? []),
    ].map(({ name, state }) => [name, Object.keys(state ?? {})[0]]);
    expect(states).to.deep.equal([
      ['setup', 'terminated'],
      ['proxy', 'running'],
      ['app', 'running'],
    ]);
  });

  it('has cgroups for what runs', () => {
    const cgroups = podCgroups(
      reportedPod(bound, false, time),
      defaultCgroupConfig,
      cgroupNodeOf(node('n0')),
    );
    expect(cgroups?.containers.map(({ name }) => name)).to.deep.equal(['proxy', 'app']);
  });

  it('is Pending without a node', () => {
    expect(reportedPod(pod('a'), false, time).status).to.deep.equal({ phase: 'Pending' });
  });

  it('keeps the status it came with', () => {
    const status = { phase: 'Running', containerStatuses: [] };
    const given = { ...bound, status };
    expect(reportedPod(given, true, time).status?.containerStatuses).to.deep.equal([]);
    expect(reportedPod({ ...bound, status: { phase: 'Succeeded' } }, true, time).status).to.deep.equal({
      phase: 'Succeeded',
    });
  });

  it('no longer is Pending for want of the node it has got', () =>
    expect(reportedPod({ ...bound, status: { phase: 'Pending' } }, false, time).status?.phase).to.equal(
      'Running',
    ));

  it('has containers if its hand-written status only says Running', () =>
    expect(
      reportedPod({ ...bound, status: { phase: 'Running' } }, true, time).status?.containerStatuses,
    ).to.have.length(1));
});
