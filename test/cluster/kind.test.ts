import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { usesExistingCluster } from '../control-plane/obtain-cluster.ts';
import { buildTools } from '../control-plane/programs.ts';

const configFile = new URL('../../hack/kind.yaml', import.meta.url).pathname;

describe('hack/kind.yaml, read by kind itself', () => {
  let kind: string;
  let directory: string;

  before(async function () {
    // Who brings other programs may have no Go to build kind with.
    if (usesExistingCluster() || process.env.KUBEBUILDER_ASSETS) this.skip();
    this.timeout(600_000);
    kind = join(await buildTools(['kind']), 'kind');
    directory = await mkdtemp(join(tmpdir(), 'numasim-kind-'));
  });
  after(async () => {
    if ((directory as string | undefined) !== undefined) await rm(directory, { recursive: true });
  });

  /** What kind says when it is to create a cluster. No Docker is reachable, so it never can. */
  async function createCluster(config: string): Promise<string> {
    const env = {
      ...process.env,
      DOCKER_HOST: 'tcp://127.0.0.1:1',
      KIND_EXPERIMENTAL_PROVIDER: 'docker',
      KUBECONFIG: join(directory, 'kubeconfig'),
    };
    return await new Promise((resolve) => {
      execFile(kind, ['create', 'cluster', '--config', config], { env }, (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  }

  it('is accepted: kind gets as far as asking for Docker', async () => {
    expect(await createCluster(configFile))
      .to.contain('failed to get docker info')
      .and.not.contain('unable to decode config');
  });

  it('would be refused with a field that kind does not know', async () => {
    const wrong = join(directory, 'wrong.yaml');
    await writeFile(wrong, (await readFile(configFile, 'utf8')).replace('nodes:', 'nodez:'));
    expect(await createCluster(wrong))
      .to.contain('unable to decode config')
      .and.contain('nodez');
  });
});
