/** An address or network in the one spelling that fail2ban uses, so that equal things are equal texts. */
export interface IpEntry {
  readonly text: string
  readonly family: 4 | 6
  /** 32 or 128 for a single address. */
  readonly prefix: number
  readonly kind: 'address' | 'network'
  /** 32 hexadecimal digits of the first address, IPv4 as ::ffff:a.b.c.d; sorts in address order. */
  readonly first: string
  /** The same of the last address. */
  readonly last: string
}

export type IpParseResult =
  { readonly ok: true; readonly entry: IpEntry } | { readonly ok: false; readonly problem: string }

export declare function parseIp(text: string): IpParseResult
