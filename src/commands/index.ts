import Faults from './faults.ts'
import Maps from './maps.ts'

/** Every command by its name: what oclif's explicit discovery reads. */
export const COMMANDS = { maps: Maps, faults: Faults }
