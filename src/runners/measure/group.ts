import { readdirSync } from 'node:fs'
import { readStat } from '../proc-counters.ts'

/** Whether any process of a group has not ended. */
export function liveInGroup(group: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^[1-9]\d*$/.test(name)) return false
    const stat = readStat(Number(name))
    return stat !== null && stat.pgrp === group && stat.state !== 'Z' && stat.state !== 'X'
  })
}
