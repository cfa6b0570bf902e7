import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NumasimError } from '../../src/errors.ts';
import { type CredentialOptions, loadCredentials } from '../../src/kube/load-credentials.ts';
import { FakeClock } from './fake-clock.ts';

const token = (authorization: string): object => ({ authorization });

describe('credentials', () => {
  let directory: string;

  const write = (name: string, text: string): string => {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const kubeconfig = (user: object, cluster: object = {}, name = 'config'): string =>
    write(
      name,
      // JSON is YAML.
      JSON.stringify({
        'current-context': 'here',
        contexts: [
          { name: 'here', context: { cluster: 'c', user: 'u' } },
          { name: 'there', context: { cluster: 'other', user: 'nobody' } },
        ],
        clusters: [
          { name: 'c', cluster: { server: 'https://api.example:6443', ...cluster } },
          { name: 'other', cluster: { server: 'https://other.example' } },
        ],
        users: [{ name: 'u', user }],
      }),
    );
  const failureOf = async (options: CredentialOptions): Promise<NumasimError> =>
    await loadCredentials(options)
      .current()
      .then(
        () => expect.fail('did not fail'),
        (error: unknown) => error as NumasimError,
      );

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'numasim-credentials-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  describe('of a kubeconfig', () => {
    it('are a token and a certificate authority', async () => {
      const file = kubeconfig(
        { token: 'secret' },
        {
          'certificate-authority-data': Buffer.from('PEM').toString('base64'),
          'tls-server-name': 'kubernetes',
        },
      );
      const { server, tls, headers } = await loadCredentials({ kubeconfig: file }).current();
      expect(server.href).to.equal('https://api.example:6443/');
      expect(headers).to.deep.equal(token('Bearer secret'));
      expect(tls).to.deep.equal({ ca: Buffer.from('PEM'), servername: 'kubernetes' });
    });

    it('are certificate files, named relative to the kubeconfig', async () => {
      write('ca.pem', 'CA');
      write('me.pem', 'CERT');
      write('me.key', 'KEY');
      const file = kubeconfig(
        { 'client-certificate': 'me.pem', 'client-key': 'me.key' },
        { 'certificate-authority': 'ca.pem' },
      );
      const { tls, headers } = await loadCredentials({ kubeconfig: file }).current();
      expect(headers).to.deep.equal({});
      expect(tls).to.deep.equal({
        ca: Buffer.from('CA'),
        cert: Buffer.from('CERT'),
        key: Buffer.from('KEY'),
      });
    });

    it('follow a token file that changes, after half a minute', async () => {
      const clock = new FakeClock();
      write('token', 'first\n');
      const source = loadCredentials({ kubeconfig: kubeconfig({ tokenFile: 'token' }), clock });
      expect((await source.current()).headers).to.deep.equal(token('Bearer first'));
      write('token', 'second\n');
      await clock.advance(29_999);
      expect((await source.current()).headers).to.deep.equal(token('Bearer first'));
      await clock.advance(1);
      expect((await source.current()).headers).to.deep.equal(token('Bearer second'));
    });

    it('are read anew at once, kubeconfig included, when they were refused', async () => {
      const source = loadCredentials({ kubeconfig: kubeconfig({ token: 'old' }) });
      await source.current();
      kubeconfig({ token: 'new' });
      expect((await source.current()).headers).to.deep.equal(token('Bearer old'));
      source.invalidate();
      expect((await source.current()).headers).to.deep.equal(token('Bearer new'));
    });

    it('are those of the named context', async () => {
      const file = kubeconfig({ token: 'secret' });
      const { server, headers } = await loadCredentials({ kubeconfig: file, context: 'there' }).current();
      expect(server.hostname).to.equal('other.example');
      expect(headers).to.deep.equal({});
    });

    it('come from an exec plugin', async () => {
      const credential = { kind: 'ExecCredential', status: { token: 'from-plugin' } };
      const exec = {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'echo',
        args: [JSON.stringify(credential)],
      };
      const { headers, server } = await loadCredentials({ kubeconfig: kubeconfig({ exec }) }).current();
      expect(headers).to.deep.equal(token('Bearer from-plugin'));
      expect(server.hostname).to.equal('api.example');
    });

    it('are a name and password', async () => {
      const file = kubeconfig({ username: 'me', password: 'pw' });
      const { headers } = await loadCredentials({ kubeconfig: file }).current();
      expect(headers).to.deep.equal(token(`Basic ${Buffer.from('me:pw').toString('base64')}`));
    });

    it('are found through KUBECONFIG', async () => {
      const env = { KUBECONFIG: kubeconfig({ token: 'secret' }) };
      expect((await loadCredentials({ env }).current()).headers).to.deep.equal(token('Bearer secret'));
    });
  });

  it('of a pod are its ServiceAccount, over an IPv6 address, too', async () => {
    write('token', 'sa-token');
    write('ca.crt', 'CA');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443', HOME: directory };
    const { server, tls, headers } = await loadCredentials({
      env,
      serviceAccountDirectory: directory,
    }).current();
    expect(server.origin).to.equal('https://[fd00::1]:6443');
    expect(tls).to.deep.equal({ ca: Buffer.from('CA') });
    expect(headers).to.deep.equal(token('Bearer sa-token'));
  });

  describe('that are missing are refused with NUMASIM_KUBECONFIG and the file:', () => {
    it('no kubeconfig anywhere', async () => {
      const error = await failureOf({ env: { HOME: directory } });
      expect(error).to.include({ code: 'NUMASIM_KUBECONFIG' });
      expect(error.message).to.contain(join(directory, '.kube', 'config'));
    });

    it('a file that does not exist', async () => {
      const error = await failureOf({ kubeconfig: join(directory, 'absent') });
      expect(error).to.include({ code: 'NUMASIM_KUBECONFIG', where: join(directory, 'absent') });
    });

    it('a file that is no kubeconfig', async () => {
      expect(await failureOf({ kubeconfig: write('k', 'kind: Pod') })).to.include({
        code: 'NUMASIM_KUBECONFIG',
      });
    });

    it('a context that does not exist', async () => {
      const error = await failureOf({ kubeconfig: kubeconfig({ token: 't' }), context: 'nowhere' });
      expect(error.message).to.contain("no context 'nowhere'");
    });

    it('a token file that does not exist', async () => {
      const error = await failureOf({ kubeconfig: kubeconfig({ tokenFile: 'gone' }) });
      expect(error).to.include({ code: 'NUMASIM_KUBECONFIG', where: join(directory, 'gone') });
    });

    it('an exec plugin that fails', async () => {
      const error = await failureOf({
        kubeconfig: kubeconfig({ exec: { command: 'false', apiVersion: 'v1' } }),
      });
      expect(error).to.be.instanceOf(NumasimError).and.to.include({ code: 'NUMASIM_KUBECONFIG' });
    });
  });
});
