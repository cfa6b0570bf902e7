import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, isRunning, startProcess, type RunningProcess } from './running-process.ts';

describe('a running process', () => {
  let directory: string;
  let logFile: string;
  const started: RunningProcess[] = [];

  const node = async (code: string): Promise<RunningProcess> => {
    const process_ = await startProcess({ program: process.execPath, args: ['-e', code], logFile });
    started.push(process_);
    return process_;
  };
  const untilLogged = async (text: string): Promise<void> => {
    while (!readFileSync(logFile, 'utf8').includes(text)) await sleep(20);
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'numasim-process-'));
    logFile = join(directory, 'log');
  });
  afterEach(async () => {
    for (const target of started.splice(0)) await endProcess(target, 0);
    rmSync(directory, { recursive: true });
  });

  it('writes what it says to its log', async () => {
    await node('console.log("to stdout"); console.error("to stderr")');
    await untilLogged('to stdout');
    await untilLogged('to stderr');
  });

  it('has a chance to end by itself', async () => {
    const target = await node(
      'process.on("SIGTERM", () => { console.log("tidied"); process.exit() }); setInterval(() => {}, 1000); console.log("up")',
    );
    await untilLogged('up');
    await endProcess(target);
    expect(await isRunning(target)).to.be.false;
    expect(readFileSync(logFile, 'utf8')).to.contain('tidied');
  });

  it('is killed when it does not', async () => {
    const target = await node(
      'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")',
    );
    await untilLogged('up');
    await endProcess(target, 200);
    expect(await isRunning(target)).to.be.false;
  });

  it('takes its children with it', async () => {
    const target = await node(
      'const c = require("child_process").spawn("sleep", ["60"]); console.log("child", c.pid); setInterval(() => {}, 1000)',
    );
    await untilLogged('child');
    const child = Number(/child (\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1]);
    await endProcess(target, 0);
    expect(await isRunning({ pid: child, program: 'sleep' })).to.be.false;
  });

  it('is not mistaken for another program that has its pid now', async () => {
    const target = await node('setInterval(() => {}, 1000); console.log("up")');
    await untilLogged('up');
    const stranger = { pid: target.pid, program: '/usr/bin/some-other-program' };
    expect(await isRunning(stranger)).to.be.false;
    await endProcess(stranger, 0);
    expect(await isRunning(target)).to.be.true;
  });

  it('that does not exist cannot be started', async () => {
    let failure: unknown;
    await startProcess({ program: '/no/such/program', args: [], logFile }).catch(
      (error: unknown) => (failure = error),
    );
    expect(failure).to.be.instanceOf(Error).with.property('code', 'ENOENT');
  });
});
