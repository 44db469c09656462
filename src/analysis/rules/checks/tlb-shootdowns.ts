import { sumOver } from '../rows.ts'
import { CLEAR, defineRule, finding } from '../rule.ts'

const BUSY = 10_000

export const rule = defineRule({
  id: 'tlb-shootdowns',
  title: 'CPUs interrupt each other to forget addresses',
  severity: 'medium',
  what: 'More than 10,000 TLB shootdowns a second on one CPU, by the row TLB of /proc/interrupts.',
  why: 'When one thread unmaps, protects or gives back memory, every CPU that runs another thread of the process is interrupted and waits: some microseconds each time, and the faults of what was forgotten.',
  remedy:
    'Find who does it: `perf trace -e madvise,munmap,mprotect -s`, or the tracepoint tlb:tlb_flush. Give memory back in larger pieces and later (dirty_decay_ms and background threads of jemalloc, MADV_FREE, larger pools).',
  falseAlarms:
    'The count is the whole host’s. Processors that flush without interrupts (arm64, newer AMD), and guests whose hypervisor does it, show none.',
  references: ['arch/x86/mm/tlb.c', 'madvise(2): MADV_FREE'],
  needs: ['tlbRates', 'vmstatRates'],
  check: ({ tlbRates, vmstatRates }) => {
    const most = Math.max(0, ...tlbRates)
    if (most < BUSY) return CLEAR
    const sent = vmstatRates.get('nr_tlb_remote_flush')
    return finding('medium', 'certain', `a CPU is interrupted ${Math.round(most)} times a second to forget addresses`, {
      evidence: [
        { what: 'shootdowns on the busiest CPU', value: most, unit: 'per-second', source: '/proc/interrupts: TLB' },
        {
          what: 'on all CPUs',
          value: sumOver(tlbRates, (rate) => rate),
          unit: 'per-second',
          source: '/proc/interrupts: TLB',
        },
        ...(sent === undefined
          ? []
          : [
              {
                what: 'asked for',
                value: sent,
                unit: 'per-second' as const,
                source: '/proc/vmstat: nr_tlb_remote_flush',
              },
            ]),
      ],
    })
  },
})
