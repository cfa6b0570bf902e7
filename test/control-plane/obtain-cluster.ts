/** The cluster that tests and the demo use: one that exists when the environment says so, else a new control plane. */
import type { Cluster } from './cluster.ts';
import { connectExistingCluster } from './existing-cluster.ts';
import { startControlPlane, type ControlPlaneOptions } from './start-control-plane.ts';

/** True when the environment chooses a cluster that exists. */
export function usesExistingCluster(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.NUMASIM_USE_EXISTING_CLUSTER === '1';
}

/** Connects to the existing cluster, or starts a control plane (the options are for that one only). */
export async function obtainCluster(options: ControlPlaneOptions = {}): Promise<Cluster> {
  return usesExistingCluster() ? await connectExistingCluster() : await startControlPlane(options);
}
