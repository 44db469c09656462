import type { PageTierGap } from '../collectors/page-tier.ts'
import { displayText } from './sanitise.ts'

/** Words why resident sizes were not taken from PAGEMAP_SCAN. */
export function pageTierGap(gap: PageTierGap): string {
  switch (gap.reason) {
    case 'no-native':
      return displayText(Buffer.from(gap.detail).toString('latin1'))
    case 'no-scan':
      return 'this kernel has no PAGEMAP_SCAN (Linux 6.7), or a filter forbids it'
    case 'too-many':
      return 'its pages lie in too many pieces'
    case 'too-short':
      return 'not even a small part of them may be looked at in that time'
    case 'refused':
      return `pagemap cannot be read (${gap.refusal.errno || gap.refusal.reason})`
  }
}
