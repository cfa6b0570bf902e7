import type { Cgroup } from '../cgroup.ts';
import type { PageTable } from './page-table.ts';
import type { Vma } from './vma.ts';

/** An address space, the kernel's `mm` (REF §3.3). */
export class AddressSpace {
  /** Tasks that share it. */
  users = 0;
  /** Mappings, ascending by address. */
  readonly vmas: Vma[] = [];
  /** Earliest time of the next scan by any thread, in jiffies; 0 = unset. */
  nextScan = 0;
  /** Address at which the next scan resumes. */
  scanOffset = 0;
  /** Completed passes. */
  scanSeq = 0;
  /** Cgroup of the owning task; the memory cgroup that governs it gets the events of its scans. */
  ownerCgroup: Cgroup;

  constructor(ownerCgroup: Cgroup) {
    this.ownerCgroup = ownerCgroup;
  }

  get residentPages(): number {
    let sum = 0;
    for (const vma of this.vmas) sum += vma.residentPages;
    return sum;
  }

  /** Its regions, ascending by address. */
  regions(): readonly PageTable[] {
    return [...new Set(this.vmas.map(({ table }) => table))];
  }

  remove(vma: Vma): void {
    this.vmas.splice(this.vmas.indexOf(vma), 1);
  }

  insert(vma: Vma): void {
    const index = this.vmas.findIndex((other) => other.start > vma.start);
    this.vmas.splice(index < 0 ? this.vmas.length : index, 0, vma);
  }
}
