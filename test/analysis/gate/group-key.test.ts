import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupKey, type KeyFacts } from '../../../src/analysis/gate/group-key.ts'

const MIB = 2 ** 20

function keyOf(given: Partial<KeyFacts>): string {
  return groupKey({ kind: 'file-private', label: null, name: '', size: 4096, cwd: '/home/me/app', ...given })
}

describe('the key of a file', () => {
  test.each([
    // Below the working directory the path says which it is; elsewhere paths differ from machine to machine.
    ['/home/me/app/fixtures/large.bin', 'fixtures/large.bin'],
    ['/home/me/application/data', 'data'],
    ['/usr/lib/x86_64-linux-gnu/libc.so.6', 'libc.so.6'],
    ['/opt/other/lib64/libc.so.6', 'libc.so.6'],
    ['/usr/bin/node (deleted)', 'node'],
    // Packages have paths of their own.
    ['/root/.venv/lib/python3.11/site-packages/numpy/core/_multiarray.so', 'numpy/core/_multiarray.so'],
    ['/srv/x/node_modules/a/node_modules/better-sqlite3/build/b.node', 'better-sqlite3/build/b.node'],
    // What another build or version changes.
    ['/usr/lib/libstdc++.so.6.0.30', 'libstdc++.so.6'],
    ['/lib/ld-2.31.so', 'ld-*.so'],
    ['/usr/lib/libicudata.so.72.1', 'libicudata.so.72'],
    ['/p/site-packages/numpy.libs/libscipy_openblas64_-ff651d7f.so', 'numpy.libs/libscipy_openblas64_-*.so'],
    ['/p/site-packages/n/_umath.cpython-311-x86_64-linux-gnu.so', 'n/_umath.cpython-*.so'],
    ['/opt/app/engine-12.4.1.jar', 'engine-*.jar'],
    // What another run changes.
    ['/tmp/tmpa1b2c3d4', 'tmp*'],
    ['/tmp/cache.Xy12Zq', 'cache.*'],
    ['/tmp/hsperfdata_root/12345', '*'],
    ['/dev/shm/sem.worker-31337', '/dev/shm/sem.worker-*'],
    ['/var/lib/db/550e8400-e29b-41d4-a716-446655440000/base', 'base'],
    ['/home/me/app/out/550e8400-e29b-41d4-a716-446655440000.bin', 'out/*.bin'],
    // Words and small numbers stay.
    ['/usr/lib/locale/C.utf8/LC_CTYPE', 'LC_CTYPE'],
    ['/usr/lib/deadbeef.so', 'deadbeef.so'],
    ['/usr/lib/libX11.so.6', 'libX11.so.6'],
    ['/usr/bin/python3.11', 'python3.11'],
    ['/tmp/blob', 'blob'],
  ])('%s: %s', (name, key) => {
    expect(keyOf({ name })).toBe(key)
  })
})

describe('the key of what is no file', () => {
  test.each([
    [{ kind: 'heap', name: '[heap]' }, '[heap]'],
    [{ kind: 'stack', name: '[stack]' }, '[stack]'],
    [{ kind: 'thread-stack' }, 'thread stacks'],
    [{ kind: 'anonymous', size: MIB }, 'anonymous >= 1 MiB'],
    [{ kind: 'anonymous', size: MIB - 4096 }, 'anonymous < 1 MiB'],
    [{ kind: 'anonymous', name: '/dev/zero', size: 8192 }, 'anonymous < 1 MiB'],
    [{ kind: 'anonymous', label: 'glibc malloc arena' }, 'malloc arenas'],
    [{ kind: 'reserved', label: 'glibc malloc arena, unused', size: 60 * MIB }, 'malloc arenas'],
    [{ kind: 'anonymous', label: 'V8 heap', size: 2 * MIB }, 'V8 heap'],
    [{ kind: 'jit' }, 'generated code'],
    [{ kind: 'jit', label: 'JVM code cache' }, 'JVM code cache'],
    [{ kind: 'anonymous-named', name: '[anon:arena 20417]' }, '[anon:arena *]'],
    [{ kind: 'anonymous-shared', name: '/dev/zero (deleted)' }, 'shared anonymous'],
    [{ kind: 'memfd', name: '/memfd:wayland-shm (deleted)' }, 'memfd:wayland-shm'],
    [{ kind: 'memfd', name: '/memfd:doublemapper_31337 (deleted)' }, 'memfd:doublemapper_*'],
    [{ kind: 'shmem', name: '/dev/shm/pool' }, '/dev/shm/pool'],
    [{ kind: 'sysv', name: '/SYSV0a1b2c3d (deleted)' }, 'SYSV0a1b2c3d'],
    [{ kind: 'reserved', size: 1024 * MIB }, 'reservations'],
    [{ kind: 'guard' }, 'guards'],
    [{ kind: 'vdso', name: '[vdso]' }, '[vdso]'],
    [{ kind: 'io-uring', name: 'anon_inode:[io_uring]' }, 'anon_inode:[io_uring]'],
  ] as const)('%j: %s', (given, key) => {
    expect(keyOf(given)).toBe(key)
  })
})

describe('a key', () => {
  const name = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    minLength: 1,
  })

  test('is never empty, and made a key again it stays the same', () => {
    fc.assert(
      fc.property(name, (base) => {
        const key = keyOf({ name: `/x/${base.replaceAll('/', '_')}`, cwd: '/nowhere' })
        expect(key).not.toBe('')
        expect(keyOf({ name: `/x/${key.replaceAll('/', '_')}`, cwd: '/nowhere' })).toBe(key.replaceAll('/', '_'))
      }),
    )
  })

  test('does not depend on a PID, a hash, or the directory above a library', () => {
    const hash = fc.stringMatching(/^[0-9a-f]{12}$/).filter((text) => /[a-f]/.test(text) && /\d/.test(text))
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 4194303 }), hash, (pid, text) => {
        expect(keyOf({ name: `/dev/shm/pool-${pid}`, kind: 'shmem' })).toBe('/dev/shm/pool-*')
        expect(keyOf({ name: `/srv/${text}/libfoo-${text}.so` })).toBe('libfoo-*.so')
      }),
    )
  })
})
