import { describe, expect, it } from '@jest/globals'
import './english.ts'
import { loginPath, safeNext } from '../../src/web/features/session/next.ts'
import { passwordStrength } from '../../src/web/features/session/password-strength.ts'
import { describeBrowser } from '../../src/web/features/users/browser-name.ts'

describe('safeNext', () => {
  it.each(['/', '/?q=203.0.113', '/jails/sshd?tab=1', '/ip/2001:db8::1'])('allows %s', (next) => {
    expect(safeNext(next)).toBe(next)
  })

  it.each([
    null,
    '',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'jails',
    '/login?next=/',
    '/setup',
  ])('goes to the start page instead of %j', (next) => {
    expect(safeNext(next)).toBe('/')
  })

  it('is asked for in the address of the sign-in', () => {
    expect(loginPath('/')).toBe('/login')
    expect(loginPath('/?q=2001:db8::')).toBe('/login?next=%2F%3Fq%3D2001%3Adb8%3A%3A')
  })
})

describe('passwordStrength', () => {
  it.each([
    ['short', 'Too short'],
    ['aaaaaaaaaaaaaaaa', 'Too easy to guess'],
    ['abcdefghijklmnop', 'Too easy to guess'],
    ['passwordpassword', 'Too easy to guess'],
    ['ada.ada.ada.ada.', 'Too easy to guess'],
    ['ada.lovelace.ada', 'Weak'],
    ['tin roof, rusty', 'Fair'],
    ['copper lantern mirrors wednesday', 'Strong'],
    ['k7#Vq9!xT2$mWz4&', 'Strong'],
  ])('calls %j %s', (password, label) => {
    expect(passwordStrength(password, { username: 'ada' }).label).toBe(label)
  })
})

describe('describeBrowser', () => {
  it('names browser and system', () => {
    expect(
      describeBrowser('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36'),
    ).toBe('Chrome on Linux')
    expect(describeBrowser('Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
      'Firefox on Windows',
    )
  })

  it('shows of anything else what it says of itself', () => {
    expect(describeBrowser('my-script')).toBe('my-script')
    expect(describeBrowser('')).toBe('An unknown program')
  })
})
