import { isIPv6 } from 'node:net';

/**
 * What counts as one client by its address. A household has a /64 of IPv6 addresses at the least, so that is one;
 * an IPv4 address written as IPv6 is the IPv4 address.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const groupsOf = (text = '') => text.split(':').filter((group) => group !== '');
  const [head, tail] = (address.split('%')[0] ?? '').split('::').map(groupsOf);
  const zeros = Array<string>(Math.max(0, 8 - (head?.length ?? 0) - (tail?.length ?? 0))).fill('0');
  const groups = [...(head ?? []), ...(tail ? zeros : []), ...(tail ?? [])];
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
