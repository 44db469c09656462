import { expect, test } from 'vitest'
import { listeningInodes } from '../../../src/runners/measure/listeners.ts'

const TCP = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 51234 1 0000000000000000 100 0 0 10 0',
  '   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0',
  '   2: 0100007F:0BB8 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000  1000        0 99999 1 0000000000000000 20 4 0 10 -1',
  '',
].join('\n')
const TCP6 =
  '   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 6161 1 0 100 0 0 10 0\n'

test('who listens on a port has that socket; who is connected to it does not listen', () => {
  expect(listeningInodes(TCP, 3000)).toEqual(['51234'])
  expect(listeningInodes(TCP, 80)).toEqual(['777'])
  expect(listeningInodes(TCP, 53)).toEqual([])
  expect(listeningInodes(TCP6, 3000)).toEqual(['6161'])
  expect(listeningInodes('', 3000)).toEqual([])
})
