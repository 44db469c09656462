import { CLEAR, defineRule, finding } from '../rule.ts'

export const rule = defineRule({
  id: 'unguarded-stack',
  title: 'Nothing stops a thread’s stack from running into other memory',
  severity: 'medium',
  what: 'The stack pointer of each waiting thread: the memory directly below its stack is mapped with access, or another thread’s stack is in the same mapping, and no guard lies between. Of a stack inside of a larger mapping only the next thread is seen.',
  why: 'A stack that grows too far writes over whatever lies below, silently: the fault shows later and elsewhere, or is used by an intruder.',
  remedy:
    'Let pthread_create make the stack with its guard (pthread_attr_setguardsize is a page unless told otherwise); who brings stacks of their own (pthread_attr_setstack, clone, coroutines) maps PROT_NONE below each.',
  falseAlarms:
    'Runtimes that check the stack’s end in each function (Go, gccgo, some coroutines) need no guard; a thread may wait on a stack for signals, which has none.',
  references: ['pthread_attr_setguardsize(3)', 'madvise(2): MADV_GUARD_INSTALL'],
  needs: ['maps', 'threadStacks'],
  check: ({ maps, threadStacks }) => {
    const { told, unguarded, unsure } = threadStacks
    const own = unguarded.filter(({ row }) => maps.classes.label(row) !== 'Go heap')
    const [first] = own
    if (first === undefined) {
      return unsure > 0 ? { kind: 'unknown', why: 'this kernel does not show guard regions inside of mappings' } : CLEAR
    }
    const count = own.length === 1 ? `thread ${first.tid} has` : `${own.length} threads have`
    return finding('medium', 'likely', `${count} no guard below the stack`, {
      evidence: [
        { what: 'threads without a guard', value: own.length, unit: 'count', source: 'task/TID/syscall, maps' },
        { what: 'threads looked at', value: told, unit: 'count', source: 'task/TID/syscall: stack pointer' },
        {
          what: `stack pointer of thread ${first.tid}`,
          value: `0x${first.stackPointer.toString(16)}`,
          unit: 'text',
          source: `task/${first.tid}/syscall`,
        },
      ],
      rows: [...new Set(own.map(({ row }) => row))],
    })
  },
})
