/** What XML 1.0 cannot hold, not even as a reference: control characters but tab and line ends, lone surrogates. */
const IMPOSSIBLE = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as XML holds it, in an element or between quotes. */
export function xmlText(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** An attribute; line ends are written out, or a reader would take them for spaces. */
export function xmlAttribute(name: string, value: string | number): string {
  const text = xmlText(String(value)).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
  return ` ${name}="${text}"`
}
