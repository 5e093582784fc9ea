// Rows of the API: the certificates that clients see over TLS, the appliance's own or an
// administrator's.
import { z } from 'zod';
import { didYouMean } from '../../config/did-you-mean.ts';
import { type Refusal, refused } from '../../errors/codes.ts';
import type { CertificateFacts } from '../../identity/contract.ts';
import { administrators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noQuery, type Route } from '../route.ts';
import { certificate, newCertificate } from '../schemas/certificate.ts';
import type { ApiServices } from '../services.ts';

const params = z.object({ owner: z.string().max(64) });

export const certificateRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/certificates/{owner}',
    summary: 'The certificate of the appliance (`node`) or of a group, with the pin of its key',
    tag: 'system',
    who: viewers,
    changing: ['state'],
    params,
    query: noQuery,
    input: noBody,
    output: certificate,
    run: async ({ params: { owner }, services }) => factsOf(services, ownerOf(services, owner)),
  }),
  jsonRoute({
    method: 'POST',
    path: '/certificates/{owner}',
    summary: 'Show an own certificate to clients; refused where key, chain or time do not fit',
    tag: 'system',
    who: administrators,
    params,
    query: noQuery,
    input: newCertificate,
    output: certificate,
    async run({ params, input, services }) {
      const owner = ownerOf(services, params.owner);
      const known = factsOf(services, owner);
      if ('code' in known) return known;
      const refusal = await services.certificates.install(owner, input);
      return refusal ?? factsOf(services, owner);
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/certificates/{owner}',
    summary: 'Show the certificate again that the appliance makes and renews by itself',
    tag: 'system',
    who: administrators,
    params,
    query: noQuery,
    input: noBody,
    output: certificate,
    async run({ params, services }) {
      const owner = ownerOf(services, params.owner);
      const known = factsOf(services, owner);
      if ('code' in known) return known;
      await services.certificates.uninstall(owner);
      return factsOf(services, owner);
    },
  }),
];

/** A group is named as people call it, or by its id. */
function ownerOf({ pair }: ApiServices, named: string): string {
  return pair?.book.find(named)?.id ?? named;
}

function factsOf(
  { certificates, pair }: ApiServices,
  owner: string,
): (CertificateFacts & { readonly owner: string }) | Refusal {
  const facts = certificates.facts(owner);
  if (facts !== undefined) return { owner, ...facts };
  const names = ['node', ...(pair?.book.list().map(({ name }) => name) ?? [])];
  const hint = didYouMean(owner, names);
  const message = `There is no certificate of "${owner}"; the appliance's is "node".${hint}`;
  return refused('not-found', message);
}
