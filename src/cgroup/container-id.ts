/** A container's id: the one in its status, or one derived where a status has none (kwok runs no containers). */
import { createHash } from 'node:crypto';

import type { V1ContainerStatus } from '@kubernetes/client-node';

/**
 * The id without the runtime's scheme (`containerd://`). Without one in the status: 64 hexadecimal digits, the sha256
 * of `<pod uid>/<container name>/<restart count>`, so a restart gives another id, as in a real runtime.
 */
export function containerId(podUid: string, status: V1ContainerStatus): string {
  const given = status.containerID?.replace(/^[a-z-]+:\/\//u, '') ?? '';
  if (/^[\w.-]+$/u.test(given)) return given;
  return createHash('sha256').update(`${podUid}/${status.name}/${status.restartCount}`).digest('hex');
}
