// shapes.mjs leak|flat|warm-up|sawtooth: a Node program whose memory takes one of these courses, until stdin ends.

const [course = 'flat'] = process.argv.slice(2)
const kept = []
const cache = new Map()
let step = 0

// Requests that come and go: objects that live for a moment.
function churn() {
  const work = []
  for (let index = 0; index < 400; index++) work.push({ index, text: `request ${step} ${index}`, list: [index, step] })
  return work.length
}

const COURSES = {
  flat: () => undefined,
  leak: () => kept.push(Array.from({ length: 1500 }, (_, index) => ({ step, index }))),
  'warm-up': () => {
    const key = step % 400
    cache.set(key, Buffer.alloc(96 * 1024, step))
  },
  sawtooth: () => {
    kept.push(Buffer.alloc(512 * 1024, step))
    if (kept.length > 100) kept.length = 0
  },
}

setInterval(() => {
  churn()
  COURSES[course]()
  step++
}, 50)
process.stdin.on('end', () => process.exit()).resume()
