// What `group/name` means on the command line; a name alone is the appliance's own.

/** The members of a request that makes something of this name. */
export function ownerAndName(text = ''): { readonly spooler?: string; readonly name: string } {
  const at = text.indexOf('/');
  return at < 0 ? { name: text } : { spooler: text.slice(0, at), name: text.slice(at + 1) };
}
