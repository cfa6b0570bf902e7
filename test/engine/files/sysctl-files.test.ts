import { expect } from 'chai';

import { sysctlFiles } from '../../../src/engine/files/sysctl-files.ts';
import { KernelError } from '../../../src/engine/kernel-error.ts';
import { Kernel, NUMA_BALANCING } from '../../../src/engine/kernel.ts';
import { DEFAULT_VARIANT } from '../../../src/engine/machine/variant.ts';
import { TUNABLES, boot, bootState, machine } from '../boot.ts';

const MIN_FREE = '/proc/sys/vm/min_free_kbytes';
const RATE_LIMIT = '/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps';

describe('REF §4.1 run-time tunables', () => {
  for (const rfc of ['Off', 'V1', 'V2', 'AllAncestors'] as const) {
    it(`kernel.numa_balancing takes 0 to 4 on ${rfc}, no more`, () => {
      const kernel = boot({ variant: { ...DEFAULT_VARIANT, rfc } });
      for (const mode of [0, 1, 2, 3, 4]) {
        kernel.write(NUMA_BALANCING, String(mode));
        expect(kernel.read(NUMA_BALANCING)).to.equal(`${mode}\n`);
        expect(kernel.mode).to.equal(mode);
      }
      for (const text of ['5', '6', '7', '-1', '', 'on', '1 2']) {
        expect(() => kernel.write(NUMA_BALANCING, text)).to.throw(KernelError, 'EINVAL');
        expect(kernel.mode).to.equal(4);
      }
    });
  }

  for (const [parameter, nodes, mode] of [
    [undefined, 2, 0],
    ['default', 2, 1],
    ['default', 1, 0],
    ['enable', 2, 1],
    ['enable', 1, 1],
    ['disable', 2, 0],
  ] as const) {
    it(`numa_balancing=${parameter ?? ''} on ${nodes} nodes boots in mode ${mode}`, () => {
      const kernel = new Kernel({ machine: machine({ nodes }), numaBalancing: parameter });
      expect(kernel.read(NUMA_BALANCING)).to.equal(`${mode}\n`);
      kernel.write(NUMA_BALANCING, '2');
      expect(kernel.mode).to.equal(2);
    });
  }

  for (const [path, initial, written] of [
    [`${TUNABLES}/scan_delay_ms`, 1000, 0],
    [`${TUNABLES}/scan_period_min_ms`, 1000, 100],
    [`${TUNABLES}/scan_period_max_ms`, 60_000, 4_294_967_295],
    [`${TUNABLES}/scan_size_mb`, 256, 1],
    [`${TUNABLES}/hot_threshold_ms`, 1000, 2000],
    [RATE_LIMIT, 65_536, 0],
    ['/proc/sys/vm/numa_stat', 1, 0],
  ] as const) {
    it(`${path} is ${initial}, takes ${written}, refuses nonsense`, () => {
      const kernel = boot();
      expect(kernel.read(path)).to.equal(`${initial}\n`);
      kernel.write(path, String(written));
      for (const text of ['-1', '4294967296', 'x']) {
        expect(() => kernel.write(path, text)).to.throw(KernelError, 'EINVAL');
      }
      expect(kernel.read(path)).to.equal(`${written}\n`);
    });
  }

  it('vm.min_free_kbytes is the kernel’s formula at boot, or the boot option (REF §10.3)', () => {
    // isqrt(16 · 2 · 256 MiB in KiB)
    expect(boot().read(MIN_FREE)).to.equal('2896\n');
    expect(boot({ minFreeKbytes: 8000 }).read(MIN_FREE)).to.equal('8000\n');
  });

  it('writing vm.min_free_kbytes makes the watermarks of every node anew', () => {
    const state = bootState();
    const file = sysctlFiles(state)(MIN_FREE)!;
    file.write!('40000');
    const marks = { min: 5000, low: 6250, high: 7500, promo: 8750 };
    expect(state.memory.marks).to.deep.equal([marks, marks]);
    expect(file.read()).to.equal('40000\n');
    state.memory.free[1] = 7501;
    expect(state.memory.hasRoomForMigration(1, 1)).to.equal(false);
    file.write!('0');
    expect(state.memory.marks[0]!.min).to.equal(0);
    expect(state.memory.hasRoomForMigration(1, 1)).to.equal(true);
  });

  it('vm.min_free_kbytes refuses nonsense and keeps its value; what is written is in the digest', () => {
    const kernel = boot();
    const before = kernel.digest();
    for (const text of ['-1', '2147483648', 'x', '', '1 2'])
      expect(() => kernel.write(MIN_FREE, text)).to.throw(KernelError, 'EINVAL');
    expect(kernel.read(MIN_FREE)).to.equal('2896\n');
    expect(kernel.digest()).to.equal(before);
    kernel.write(MIN_FREE, '4000');
    expect(kernel.digest()).not.to.equal(before);
  });

  it('a scan size of 0 would divide by zero and is refused', () => {
    expect(() => boot().write(`${TUNABLES}/scan_size_mb`, '0')).to.throw(KernelError, 'EINVAL');
  });

  it('a file that is not there is ENOENT', () => {
    expect(() => boot().read('/proc/sys/kernel/numa_balancing_settle_count')).to.throw(KernelError, 'ENOENT');
    expect(() => boot().write('/proc/nothing', '1')).to.throw(KernelError, 'ENOENT');
  });
});
