/** Whether a host name in the form of the WHATWG URL standard (lower case, IPv6 in brackets, IPv4 in decimals) is this machine. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
