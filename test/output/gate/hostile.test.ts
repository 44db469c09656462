import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckReport, ScenarioResult } from '../../../src/model/gate/report.ts'
import { checkJson } from '../../../src/output/gate/check-json.ts'
import { githubAnnotations } from '../../../src/output/gate/github.ts'
import { junitXml } from '../../../src/output/gate/junit.ts'
import { checkMarkdown } from '../../../src/output/gate/markdown.ts'
import { prettyText } from '../../../src/output/gate/pretty.ts'
import { bencherJson, ghaBenchmarkJson, gitlabMetrics } from '../../../src/output/gate/series.ts'
import { xmlAttribute, xmlText } from '../../../src/output/gate/xml.ts'
import { createPalette } from '../../../src/output/palette.ts'
import { gateReport, SORTS } from '../../helpers/gate-reports.ts'

const PLAIN = { palette: createPalette(false), width: null, quiet: false }
const MIB = 1024 ** 2

/** Pieces of which attacks on the readers of these forms are made, and anything else. */
const piece = fc.oneof(
  fc.constantFrom(
    '::error::x',
    '##[error]x',
    '\n',
    '\r\n',
    '%0A',
    '|',
    '`',
    '```',
    '<b>',
    '</pre>',
    '<!--',
    '-->',
    ']]>',
    '&',
    '&amp;',
    '"',
    "'",
    '@everyone',
    '#1',
    '![x](http://evil/)',
    '[x](javascript:1)',
    'www.evil.com',
    'https://evil.com',
    '\u001b[31m',
    '\u202e',
    '\0',
    '\ud800',
    '\\',
    '$x$',
    '* ',
    '- ',
    '# ',
    '::',
    ',',
    ':',
    '{',
    '}',
    '~~',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const hostile = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''))

/** A report in which everything that others have a say in is hostile. */
const report: fc.Arbitrary<CheckReport> = fc
  .tuple(hostile, hostile, hostile, hostile, fc.constantFrom(...Object.values<ScenarioResult>(SORTS)))
  .map(([name, key, command, said, sort]) => {
    const { growth, groups, failure, reasons, notes } = sort
    const scenario: ScenarioResult = {
      ...sort,
      name,
      command,
      notes: [...notes, Buffer.from(key).toString('latin1')],
      growth: growth === null ? null : { ...growth, rows: growth.rows.map((row) => ({ ...row, key })) },
      groups: groups.map((each) => ({ ...each, pattern: key, keys: [key] })),
      failure: failure?.code === 'ended' ? { ...failure, said: Buffer.from(said).toString('latin1') } : failure,
      reasons: [...reasons, { code: 'command-changed', before: said }],
      differences: [{ what: `settings.${key}`, before: said, now: key }],
    }
    return gateReport([scenario])
  })

function forAll(check: (given: CheckReport) => void): void {
  fc.assert(fc.property(report, check), { numRuns: 300 })
}

/** A line that a log of GitHub Actions would take for a command: ActionCommand.cs, both versions. */
function isCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[')
}

describe('whatever programs and files are called', () => {
  it('a person sees harmless text, and GitHub no command in it', () => {
    forAll((given) => {
      const text = prettyText(given, 3, PLAIN)
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(text.split('\n').filter(isCommand)).toEqual([])
    })
  })

  it('an annotation is one line and one command', () => {
    forAll((given) => {
      const lines = githubAnnotations(given, 'a,b:c%.yml').split('\n').slice(0, -1)
      expect(lines.length).toBeLessThanOrEqual(1)
      for (const line of lines) {
        expect(line).toMatch(/^::(?:error|warning) file=a%2Cb%3Ac%25\.yml,line=\d+,title=[^,:]*::[^\r]*$/)
        expect(line).not.toContain('##[')
      }
    })
  })

  it('JUnit is well-formed XML', () => {
    forAll((given) => {
      expect(malformed(junitXml(given))).toBe(null)
    })
  })

  it('Markdown has the markup that we wrote, and no mention, link or image', () => {
    forAll((given) => {
      const text = checkMarkdown(given, MIB)
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      const bare = text.replace(/<\/?(?:code|pre|span)>/g, '')
      expect(bare).not.toMatch(/[<>`[\]]/)
      expect(bare).not.toMatch(/www\.|:\/\//i)
      const outsideCode = text.replace(/<code>.*?<\/code>/g, '').replace(/<pre>[\s\S]*?<\/pre>/g, '')
      expect(outsideCode.replaceAll('<span>@</span>', '')).not.toContain('@')
      expect(outsideCode.replace(/&#\d+;|<span>#<\/span>/g, '').replace(/^#{3,4} /gm, '')).not.toContain('#')
      const tables = text.split('\n').filter((line) => line.startsWith('|'))
      const columns = tables.map((line) => line.split('|').length)
      for (const [at, line] of tables.entries()) {
        if (line.includes('---')) expect(columns[at - 1]).toBe(columns[at])
      }
      expect(new Set(columns).size).toBeLessThanOrEqual(2)
    })
  })

  it('JSON of every form is JSON, and gives names back as they are', () => {
    forAll((given) => {
      const tool = { name: 'mmapctl', version: '0.1.0' }
      const document = JSON.parse(checkJson(given, 3, tool)) as { scenarios: { name: string }[] }
      expect(document.scenarios[0]?.name).toBe(given.scenarios[0]?.name)
      expect(Object.keys(JSON.parse(bencherJson(given)) as object)).toEqual(
        given.scenarios.filter(({ metrics }) => metrics.length > 0).map(({ name }) => name),
      )
      expect(JSON.parse(ghaBenchmarkJson(given))).toBeInstanceOf(Array)
    })
  })

  it('metrics of GitLab have one sample a line', () => {
    forAll((given) => {
      const lines = gitlabMetrics(given).split('\n')
      expect(lines.at(-2)).toBe('# EOF')
      for (const line of lines.slice(0, -2)) {
        expect(line).toMatch(
          /^(?:# (?:TYPE|UNIT) [a-z_]+ [a-z]+|[a-z_]+\{scenario="(?:[^"\\\n]|\\["\\n])*"\} -?[\d.e+-]+)$/u,
        )
      }
    })
  })
})

describe('XML', () => {
  it('holds any text, in elements and attributes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(malformed(`<a${xmlAttribute('b', text)}>${xmlText(text)}</a>`)).toBe(null)
      }),
    )
  })
})

/** The first thing in which a text is no well-formed XML, by the grammar that these documents need; `null` for none. */
function malformed(xml: string): string | null {
  const impossible = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(xml)?.[0]
  if (impossible !== undefined) return `U+${impossible.codePointAt(0)?.toString(16)}`
  const open: string[] = []
  const text = /^(?:[^<&]|&(?:amp|lt|gt|quot|#39|#\d+);)*$/u
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="(?:[^"<&]|&(?:amp|lt|gt|quot|#39|#\d+);)*")*)(\/?)>/gu
  let from = xml.startsWith('<?xml') ? xml.indexOf('?>') + 2 : 0
  for (const match of xml.slice(from).matchAll(tag)) {
    const start = (xml.startsWith('<?xml') ? xml.indexOf('?>') + 2 : 0) + match.index
    if (!text.test(xml.slice(from, start))) return xml.slice(from, start)
    from = start + match[0].length
    const [, close, name = '', , empty] = match
    if (close === '/' && open.pop() !== name) return `</${name}>`
    if (close === '' && empty === '') open.push(name)
  }
  if (xml.slice(from).trim() !== '') return xml.slice(from)
  return open.length > 0 ? `<${open.join(',')}>` : null
}
