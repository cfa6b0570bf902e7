/** A pod's quality of service class, which decides the level its cgroup is under. */
import type { V1Pod } from '@kubernetes/client-node';

import { podContainers } from './pod-containers.ts';
import { containerResources, podLevelResources } from './resources-in-force.ts';
import type { Resources } from './resources-in-force.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The class in the pod's status (it never changes), or the one the API server would put there. */
export function qosClass(pod: V1Pod): QosClass {
  const given = pod.status?.qosClass;
  if (given === 'Guaranteed' || given === 'Burstable' || given === 'BestEffort') return given;
  const podLevel = podLevelResources(pod);
  if (podLevel !== undefined) return classOf(podLevel);
  const classes = podContainers(pod)
    .filter(({ kind }) => kind !== 'Ephemeral')
    .map((container) => classOf(containerResources(pod, container)));
  return same(classes);
}

function classOf(resources: Resources): QosClass {
  return same(
    ['cpu', 'memory'].map((name) => {
      const limit = resources.limits.get(name) ?? 0;
      const request = resources.requests.get(name) ?? limit;
      if (request !== limit) return 'Burstable';
      return request === 0 ? 'BestEffort' : 'Guaranteed';
    }),
  );
}

/** A mixture of classes is Burstable. */
function same(classes: readonly QosClass[]): QosClass {
  const [first = 'BestEffort', ...rest] = classes;
  return rest.every((other) => other === first) ? first : 'Burstable';
}
