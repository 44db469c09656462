import { expect, test } from 'vitest'
import { answerKey } from '../../src/model/capture.ts'
import { openCapture } from '../../src/sources/capture-file.ts'
import { redacted } from '../../src/sources/redact.ts'

/** Names of mappings as a redacted capture has them. */
async function redactedNames(names: readonly string[]): Promise<readonly string[]> {
  const { info, answers } = await openCapture('test/fixtures/captures/redis-after.mmapcap')
  const lines = names.map(
    (name, index) => `${(index + 1) * 10_000}000-${(index + 1) * 10_001}000 r--s 00000000 fe:00 7 ${name}\n`,
  )
  const meminfo = answers.get(answerKey('file', 'proc', 'meminfo'))
  if (meminfo?.kind !== 'file') throw new Error('the capture has no meminfo')
  const key = answerKey('file', 'proc', '7/maps')
  const maps = { ...meminfo, bytes: Buffer.from(lines.join('')) }
  const answer = redacted({ info, answers: new Map([[key, maps]]) }).answers.get(key)
  const text = answer?.kind === 'file' ? answer.bytes.toString('latin1') : ''
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' ').at(-1) ?? '')
}

test('names are hashed, and what tells a database from other files stays', async () => {
  const [plain, beside, lock, lmdb, lockOfLmdb, table, own] = await redactedNames([
    '/srv/bank/accounts.db',
    '/srv/bank/accounts.db-shm',
    '/srv/bank/accounts.db-lock',
    '/srv/bank/data.mdb',
    '/srv/bank/lock.mdb',
    '/srv/bank/000123.sst',
    '/srv/bank/accounts.sst',
  ])
  expect(plain).toMatch(/^\/[0-9a-f]{12}\/[0-9a-f]{12}\/[0-9a-f]{12}\.db$/)
  expect([beside, lock]).toEqual([`${plain}-shm`, `${plain}-lock`])
  const folder = plain?.slice(0, plain.lastIndexOf('/'))
  expect([lmdb, lockOfLmdb, table]).toEqual([`${folder}/data.mdb`, `${folder}/lock.mdb`, `${folder}/000123.sst`])
  expect(own).toMatch(/\/[0-9a-f]{12}\.sst$/)
})

test('programs that are runtimes stay known by their names, wherever they lie', async () => {
  const [node, python, folder, own, jvm] = await redactedNames([
    '/srv/bank/bin/node',
    '/opt/app/python3.11',
    '/srv/node/ledger',
    '/srv/bank/nodebank',
    '/opt/jdk/lib/server/libjvm.so',
  ])
  expect(node).toMatch(/^(?:\/[0-9a-f]{12}){3}\/node$/)
  expect(python).toMatch(/^(?:\/[0-9a-f]{12}){2}\/python3\.11$/)
  expect(folder).toMatch(/^(?:\/[0-9a-f]{12}){3}$/)
  expect(own).toMatch(/^(?:\/[0-9a-f]{12}){3}$/)
  expect(jvm).toMatch(/\/[0-9a-f]{12}\/libjvm\.so$/)
})
