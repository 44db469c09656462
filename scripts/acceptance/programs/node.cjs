// A map of objects and a round trip through JSON. KEEP_KIB is how much it keeps besides, in small arrays.
const map = new Map()
for (let i = 0; i < 60_000; i++) map.set(`key-${i}`, { id: i, name: `name ${i}`, tags: [i, i + 1] })
const copy = JSON.parse(JSON.stringify([...map.values()]))
const extra = Number(process.env.KEEP_KIB ?? 0)
// An array is 32 bytes, its numbers are 48 with their header, and it stands in a list.
const kept = Array.from({ length: Math.round((extra * 1024) / 88) }, (_, i) => [i + 0.5, i + 1.5, i + 2.5, i + 3.5])
process.stdout.write(`${copy.length} ${kept.length} ${map.size}\n`)
