import { harmless } from './sanitise.ts'

/** A text (not a binary string) that Markdown shows as it is: no markup, no HTML, no end of a table's cell. */
export function markdownText(text: string): string {
  return harmless(text)
    .replace(/[\\`*_{}[\]#+!|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
}

/** A text of ours in which commands stand in backticks: they become code, all else is shown as it is. */
export function markdownProse(text: string): string {
  const parts = harmless(text).split('`')
  if (parts.length % 2 === 0) return markdownText(text)
  return parts.map((part, index) => (index % 2 === 1 ? `\`${part}\`` : markdownText(part))).join('')
}

/** A table (GitHub's form); cells are Markdown already. Figures are set to the right. */
export function markdownTable(
  columns: readonly { readonly title: string; readonly align: 'left' | 'right' }[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : ':---'))
  return [line(columns.map(({ title }) => title)), line(rule), ...rows.map(line)].join('')
}
