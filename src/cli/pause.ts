/** Waits, unless Ctrl-C comes first; returns whether the whole time has passed. */
export async function pause(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const interrupted = (): void => {
      clearTimeout(timer)
      resolve(false)
    }
    const timer = setTimeout(() => {
      process.off('SIGINT', interrupted)
      resolve(true)
    }, ms)
    process.once('SIGINT', interrupted)
  })
}
