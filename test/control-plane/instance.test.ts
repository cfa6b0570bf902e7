import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from './instance.ts';
import { isRunning } from './running-process.ts';

describe('an instance', () => {
  let directory: string;
  let instance: Instance;
  const sleeper = { program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'numasim-instance-'));
    instance = new Instance(directory);
    instance.create();
  });
  afterEach(async () => {
    await instance.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is found again by whoever knows its directory', async () => {
    await instance.start('etcd', sleeper);
    const found = await new Instance(directory).processes();
    expect(found).to.have.length(1);
    expect(found[0]).to.include({ name: 'etcd', alive: true });
  });

  it('tells which component ended by itself', async () => {
    await instance.start('kwok', { program: process.execPath, args: ['-e', 'process.exit(3)'] });
    let processes = await instance.processes();
    while (processes[0]?.alive === true) processes = await instance.processes();
    expect(processes).to.have.length(1);
    expect(processes[0]).to.include({ name: 'kwok', alive: false });
  });

  it('forgets a component that was ended, and can start it again', async () => {
    await instance.start('etcd', sleeper);
    await instance.end('etcd');
    expect(await instance.processes()).to.deep.equal([]);
    await instance.start('etcd', sleeper);
    expect((await instance.processes())[0]).to.include({ name: 'etcd', alive: true });
  });

  it('quotes the last 20 lines of a log, and nothing of one that is not there', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    writeFileSync(instance.logFile('etcd'), `${lines.join('\n')}\n`);
    expect(instance.lastLogLines('etcd')).to.equal(lines.slice(10).join('\n'));
    expect(instance.lastLogLines('kwok')).to.equal('');
  });

  it('leaves nothing behind when it is destroyed, and can be destroyed twice', async () => {
    await instance.start('etcd', sleeper);
    const [{ pid } = { pid: 0 }] = await instance.processes();
    await instance.destroy();
    await instance.destroy();
    expect(existsSync(directory)).to.be.false;
    expect(await isRunning({ pid, program: sleeper.program })).to.be.false;
  });
});
