import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms } from './programs.ts';

describe('the programs of KUBEBUILDER_ASSETS', () => {
  let assets: string;
  const put = (...names: readonly string[]): void =>
    names.forEach((name) => writeFileSync(join(assets, name), ''));
  beforeEach(() => (assets = mkdtempSync(join(tmpdir(), 'numasim-assets-'))));
  afterEach(() => rmSync(assets, { recursive: true }));

  it('are enough for an API server without controllers', async () => {
    put('etcd', 'kube-apiserver', 'kubectl');
    expect(await findPrograms({ KUBEBUILDER_ASSETS: assets })).to.deep.equal({
      etcd: join(assets, 'etcd'),
      kubeApiserver: join(assets, 'kube-apiserver'),
      kubectl: join(assets, 'kubectl'),
    });
  });

  it('are all used when the directory has all', async () => {
    put(
      'etcd',
      'kube-apiserver',
      'kubectl',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
      'kwok-stages.yaml',
    );
    expect(await findPrograms({ KUBEBUILDER_ASSETS: assets })).to.deep.include({
      kubeControllerManager: join(assets, 'kube-controller-manager'),
      kubeScheduler: join(assets, 'kube-scheduler'),
      kwok: { program: join(assets, 'kwok'), stagesFile: join(assets, 'kwok-stages.yaml') },
    });
  });

  it('are refused when one is missing that nothing works without, by name', async () => {
    put('kubectl');
    let failure: unknown;
    await findPrograms({ KUBEBUILDER_ASSETS: assets }).catch((error: unknown) => (failure = error));
    expect(String(failure)).to.contain(assets).and.contain('has no etcd, kube-apiserver');
  });
});
