import { describe, expect, it } from '@jest/globals'
import { parsePathMap, pathHere } from '../../src/server/fail2ban/path-map.ts'

const map = parsePathMap('/config=/mnt/f2b, /config/log/=/var/log/f2b/,/data/jail=/srv/jail')

describe('a map of fail2ban’s paths', () => {
  it.each([
    ['a file below a folder', '/config/fail2ban.sqlite3', '/mnt/f2b/fail2ban.sqlite3'],
    ['the folder itself', '/config', '/mnt/f2b'],
    ['the longest of several that fit', '/config/log/fail2ban.log', '/var/log/f2b/fail2ban.log'],
    ['whole folder names only', '/config-of-another/x', '/config-of-another/x'],
    ['no part of a name', '/data/jails/x', '/data/jails/x'],
    ['nothing else', '/var/log/auth.log', '/var/log/auth.log'],
  ])('changes %s', (_, theirs, here) => {
    expect(pathHere(map, theirs)).toBe(here)
  })

  it('may map everything, one single file, and to the root', () => {
    expect(pathHere(parsePathMap('/=/host'), '/var/log/auth.log')).toBe('/host/var/log/auth.log')
    expect(pathHere(parsePathMap('/a/b.db=/c.db'), '/a/b.db')).toBe('/c.db')
    expect(pathHere(parsePathMap('/host=/'), '/host/var/log')).toBe('/var/log')
    expect(pathHere(parsePathMap('/host=/'), '/host')).toBe('/')
  })

  it.each([
    ['/config', 'pairs'],
    ['', 'pairs'],
    ['/a=/b,', 'pairs'],
    ['/a=/b=/c', 'pairs'],
    ['config=/mnt', 'absolute'],
    ['/config=mnt', 'absolute'],
    ['/config=', 'absolute'],
    ['/config=/mnt/../etc', 'absolute'],
    ['/a=/b,/a/=/c', 'name /a once'],
  ])('is refused as %j', (text, what) => {
    expect(() => parsePathMap(text)).toThrow(what)
  })
})
