import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { kubeconfig } from './kubeconfig.ts';

describe('a kubeconfig', () => {
  it('is read by a Kubernetes client: server, CA and token of its one context', () => {
    const loaded = new KubeConfig();
    loaded.loadFromString(
      kubeconfig({
        server: 'https://127.0.0.1:16443',
        caFile: '/some where/ca.crt',
        user: 'system:x',
        token: '0123',
      }),
    );
    expect(loaded.getCurrentCluster()).to.include({
      server: 'https://127.0.0.1:16443',
      caFile: '/some where/ca.crt',
      skipTLSVerify: false,
    });
    expect(loaded.getCurrentUser()).to.include({ name: 'system:x', token: '0123' });
  });
});
