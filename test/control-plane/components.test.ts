import { expect } from 'chai';
import { commandLine, type Layout } from './components.ts';

const certificates = {
  caFile: 'ca.crt',
  servingCertFile: 'serving.crt',
  servingKeyFile: 'serving.key',
  serviceAccountKeyFile: 'sa.key',
  serviceAccountPublicKeyFile: 'sa.pub',
};

const assetsOnly = { etcd: '/bin/etcd', kubeApiserver: '/bin/kube-apiserver', kubectl: '/bin/kubectl' };

const layout = (parts: Partial<Layout> = {}): Layout => ({
  directory: '/instance',
  ports: { etcdClient: 1, etcdPeer: 2, apiServer: 3, controllerManager: 4, scheduler: 5 },
  programs: { ...assetsOnly, kubeControllerManager: '/bin/kcm' },
  certificates,
  kubeconfigs: { controllerManager: 'kcm.yaml', scheduler: 'scheduler.yaml', kwok: 'kwok.yaml' },
  apiServerFlags: [],
  ...parts,
});

describe('the command lines of the components', () => {
  it('leave out what there is no program for', () => {
    const without = layout({ programs: assetsOnly });
    expect(commandLine('kube-controller-manager', without)).to.be.undefined;
    expect(commandLine('kube-scheduler', without)).to.be.undefined;
    expect(commandLine('kwok', without)).to.be.undefined;
    expect(commandLine('etcd', without)?.program).to.equal('/bin/etcd');
  });

  it('admit pods without a ServiceAccount only when nobody would make one', () => {
    const flag = '--disable-admission-plugins=ServiceAccount';
    expect(commandLine('kube-apiserver', layout())?.args).not.to.include(flag);
    expect(commandLine('kube-apiserver', layout({ programs: assetsOnly }))?.args).to.include(flag);
  });

  it('pass the flags of the caller to the API server, last, so that they win', () => {
    const flags = ['--etcd-compaction-interval=5s'];
    expect(commandLine('kube-apiserver', layout({ apiServerFlags: flags }))?.args.at(-1)).to.equal(flags[0]);
  });
});
