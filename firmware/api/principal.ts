// Who asks: every door names a principal, and nobody may do nothing.

/** An administrator's or program's rights, from most to least. */
export type Role = 'administrator' | 'operator' | 'viewer';

export type Principal =
  /** Whoever could open the Unix socket in the data folder: the box's own administrator. */
  | { readonly kind: 'local-administrator' }
  | { readonly kind: 'user'; readonly name: string; readonly role: Role }
  | { readonly kind: 'token'; readonly name: string; readonly scopes: readonly string[] }
  /** A client that prints. `userName` is what it claims, unless `authenticated`. */
  | {
      readonly kind: 'print-client';
      readonly userName: string;
      readonly address: string;
      readonly authenticated: boolean;
    }
  | { readonly kind: 'peer'; readonly node: string }
  | { readonly kind: 'nobody' };

/** How a principal is named in jobs, logs and the audit trail. */
export function principalName(principal: Principal): string {
  switch (principal.kind) {
    case 'local-administrator':
      return 'administrator';
    case 'user':
    case 'token':
      return principal.name;
    case 'print-client':
      return principal.userName;
    case 'peer':
      return `peer ${principal.node}`;
    case 'nobody':
      return 'nobody';
  }
}
