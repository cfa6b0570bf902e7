import { expect } from 'chai';

import { numasim } from '../numasim.ts';

const quickstart = ['run', '-f', 'manifests/samples/quickstart', '--duration', '5s', '--explain'];

describe('numasim run --explain', () => {
  it('says why the pages of a pod moved', async () => {
    const { code, stdout } = await numasim([...quickstart, 'quickstart/tenant-a']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^Why\nquickstart\/tenant-a\/app, cpu\.numa_load_balance 1$/mu);
    expect(stdout).to.match(/^page +moved +\d+ +early in life the first touch moves it$/mu);
    expect(stdout).to.match(/^ {2}\d+\.\d{6} app\/\d+ heap page \d+: moved: .* \(REF §9\.2 step 4\): /mu);
  });

  it('says that the switch is off', async () => {
    const { stdout } = await numasim([...quickstart, 'tenant-b']);
    const why = stdout.slice(stdout.indexOf('\nWhy\n'));
    expect(why).to.include('quickstart/tenant-b/app, cpu.numa_load_balance 0');
    expect(why).to.match(/^scan +none +\d+ +the switch of its cgroup is off \(asked in the tick\)$/mu);
    expect(why).not.to.include('moved');
  });

  it('gives the same digest as without', async () => {
    const digest = (text: string): string | undefined => /digest ([0-9a-f]+)/u.exec(text)?.[1];
    const [plain, explained] = await Promise.all([
      numasim(quickstart.slice(0, -1)),
      numasim([...quickstart, 'tenant-a']),
    ]);
    expect(digest(explained.stdout)).to.equal(digest(plain.stdout)).and.be.a('string');
  });

  it('refuses a pod that is not there, and output for programs', async () => {
    const unknown = await numasim([...quickstart, 'other/tenant-a']);
    expect([unknown.code, unknown.stdout]).to.deep.equal([2, '']);
    expect(unknown.stderr).to.include(
      '--explain other/tenant-a: no such pod; the pods are quickstart/tenant-a, quickstart/tenant-b',
    );
    const json = await numasim([...quickstart, 'tenant-a', '-o', 'json']);
    expect([json.code, json.stdout]).to.deep.equal([2, '']);
  });
});
