/** Builds the control plane's programs before the first cluster test, where mocha knows no time limit. */
import { usesExistingCluster } from './obtain-cluster.ts';
import { findPrograms } from './programs.ts';

export async function mochaGlobalSetup(): Promise<void> {
  if (!usesExistingCluster()) await findPrograms();
}
