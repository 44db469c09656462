// A server that keeps as many bytes of every request as it is told, and answers 503 until it is ready. SIGUSR2 has it
// forget all, and collect what it can where Node lets it (--expose-gc).
const { createServer } = require('node:http')
const [port, keep = '0', readyAfter = '0', onTerm = 'default'] = process.argv.slice(2)
const kept = []
const from = Date.now()
if (onTerm === 'ignore') process.on('SIGTERM', () => undefined)
if (onTerm === 'graceful') process.on('SIGTERM', () => process.exit(143))
process.on('SIGUSR2', () => {
  kept.length = 0
  globalThis.gc?.()
})
const server = createServer((request, response) => {
  if (request.url === '/end') process.exit(0)
  if (Number(keep) > 0) kept.push(Buffer.alloc(Number(keep), 1))
  response.statusCode = Date.now() - from < Number(readyAfter) ? 503 : 200
  response.end(String(kept.length))
})
setTimeout(() => server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`listening on ${port}\n`)), 200)
