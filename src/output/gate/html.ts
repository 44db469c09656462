/** What begins markup of Markdown or HTML, a cell or a formula, wherever it stands. */
const MARKUP = /[\\`*_{}[\]<>&~|$^!]/g
/** GitHub looks for `@user` and `#1` in the text that is left when all markup is done, but not across elements. */
const REFERENCES = /[@#]/g
/** What GitHub makes a link of by itself. */
const LINKS = /(www)\.|:(?=\/\/)/gi

/**
 * Text of others as Markdown shows it to the letter, without markup, mentions and links. It must not begin a line: a
 * list or a heading could begin with it. Control characters are spelled out before.
 */
export function plainMarkdown(text: string): string {
  return withoutMarkup(text).replace(REFERENCES, (character, at: number, all: string) =>
    isEntity(all, at) ? character : `<span>${character}</span>`,
  )
}

/** Text of others as code, in which GitHub looks for no mentions. */
export function codeMarkdown(text: string): string {
  return text === '' ? '' : `<code>${withoutMarkup(text)}</code>`
}

function withoutMarkup(text: string): string {
  return text
    .replace(MARKUP, (character) => `&#${character.charCodeAt(0)};`)
    .replace(LINKS, (_all, www: string | undefined) => (www === undefined ? '&#58;' : `${www}&#46;`))
}

/** The `#` of a reference to a character that was just written. */
function isEntity(text: string, at: number): boolean {
  return text.charAt(at) === '#' && text.charAt(at - 1) === '&'
}
