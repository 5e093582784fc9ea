// The operation attributes that Platen knows, with their syntax, and the checks that every request
// has to pass.
import type { IppAttribute, IppMessage, IppValue } from '../../../monitors/wire/ipp/message.ts';
import type { IppPayloads, IppPlainSyntax } from '../../../monitors/wire/ipp/tags.ts';
import {
  attribute,
  attributeOf,
  outOfBand,
  payloadOf,
  payloadsOf,
  wordingOf,
} from '../../../monitors/wire/ipp/values.ts';
import { badRequest, IppFault } from './fault.ts';

interface OperationAttributeRow {
  readonly syntaxes: readonly IppValue['syntax'][];
  readonly several?: true;
}

const text = ['textWithoutLanguage', 'textWithLanguage'] as const;
const name = ['nameWithoutLanguage', 'nameWithLanguage'] as const;

/**
 * RFC 8011 4.2, 4.3, RFC 3380, 3995 to 3998, PWG 5100.5 to 5100.13, and those of CUPS's clients.
 */
const operationAttributes: Readonly<Record<string, OperationAttributeRow>> = {
  'attributes-charset': { syntaxes: ['charset'] },
  'attributes-natural-language': { syntaxes: ['naturalLanguage'] },
  'printer-uri': { syntaxes: ['uri'] },
  'job-uri': { syntaxes: ['uri'] },
  'job-id': { syntaxes: ['integer'] },
  'requesting-user-name': { syntaxes: name },
  'requesting-user-uri': { syntaxes: ['uri'] },
  'job-name': { syntaxes: name },
  'document-name': { syntaxes: name },
  'document-format': { syntaxes: ['mimeMediaType'] },
  'document-natural-language': { syntaxes: ['naturalLanguage'] },
  compression: { syntaxes: ['keyword'] },
  'ipp-attribute-fidelity': { syntaxes: ['boolean'] },
  'job-k-octets': { syntaxes: ['integer'] },
  'job-impressions': { syntaxes: ['integer'] },
  'job-media-sheets': { syntaxes: ['integer'] },
  'last-document': { syntaxes: ['boolean'] },
  limit: { syntaxes: ['integer'] },
  'which-jobs': { syntaxes: ['keyword'] },
  'my-jobs': { syntaxes: ['boolean'] },
  'requested-attributes': { syntaxes: ['keyword'], several: true },
  message: { syntaxes: text },
  'job-ids': { syntaxes: ['integer'], several: true },
  'first-index': { syntaxes: ['integer'] },
  'job-mandatory-attributes': { syntaxes: ['keyword'], several: true },
  'job-hold-until': { syntaxes: ['keyword', ...name] },
  'job-hold-until-time': { syntaxes: ['dateTime'] },
  'job-message-from-operator': { syntaxes: text },
  'job-password': { syntaxes: ['octetString'] },
  'job-password-encryption': { syntaxes: ['keyword', ...name] },
  'printer-message-from-operator': { syntaxes: text },
  'predecessor-job-id': { syntaxes: ['integer'] },
  'purge-job': { syntaxes: ['boolean'] },
  'purge-jobs': { syntaxes: ['boolean'] },
  'identify-actions': { syntaxes: ['keyword'], several: true },
  'document-number': { syntaxes: ['integer'] },
  'document-charset': { syntaxes: ['charset'] },
  'document-digital-signature': { syntaxes: ['keyword'] },
  'document-format-details': { syntaxes: ['collection'], several: true },
  'document-format-version': { syntaxes: text },
  'document-message': { syntaxes: text },
  'document-metadata': { syntaxes: ['octetString'], several: true },
  'client-info': { syntaxes: ['collection'], several: true },
  'notify-job-id': { syntaxes: ['integer'] },
  'notify-lease-duration': { syntaxes: ['integer'] },
  'notify-subscription-id': { syntaxes: ['integer'] },
  'notify-subscription-ids': { syntaxes: ['integer'], several: true },
  'notify-sequence-numbers': { syntaxes: ['integer'], several: true },
  'notify-wait': { syntaxes: ['boolean'] },
  'my-subscriptions': { syntaxes: ['boolean'] },
  'printer-type': { syntaxes: ['enum', 'integer'] },
  'printer-type-mask': { syntaxes: ['enum', 'integer'] },
};

/**
 * RFC 8011 4.1: one group of operation attributes, first of all, opened by charset and language; no
 * attribute twice in a group. Answers the attributes that are not known, for the
 * unsupported-attributes group.
 */
export function checkOperationAttributes(message: IppMessage): readonly IppAttribute[] {
  const [first, ...others] = message.groups;
  if (first?.tag !== 'operation-attributes') {
    throw badRequest('The operation attributes have to come first.');
  }
  if (others.some(({ tag }) => tag === 'operation-attributes')) {
    throw badRequest('There are two groups of operation attributes.');
  }
  for (const { attributes } of message.groups) checkNoneTwice(attributes);
  const [charset, language] = first.attributes;
  if (charset?.name !== 'attributes-charset') {
    throw badRequest('The first attribute has to be attributes-charset.');
  }
  if (language?.name !== 'attributes-natural-language') {
    throw badRequest('The second attribute has to be attributes-natural-language.');
  }
  const unknown = first.attributes.filter((each) => !checkSyntax(each));
  const charsetName = payloadOf(charset.values[0], 'charset');
  if (charsetName?.toLowerCase() !== 'utf-8') {
    throw new IppFault('client-error-charset-not-supported', 'Only utf-8 is supported.');
  }
  return unknown.map((each) => attribute(each.name, outOfBand.unsupported));
}

/** The string of a text or name. */
export function wordsIn(message: IppMessage, attributeName: string): string | undefined {
  return wordingOf(attributeOf(message, 'operation-attributes', attributeName)?.values[0]);
}

export function valueIn<S extends IppPlainSyntax>(
  message: IppMessage,
  attributeName: string,
  syntax: S,
): IppPayloads[S] | undefined {
  return payloadOf(attributeOf(message, 'operation-attributes', attributeName)?.values[0], syntax);
}

export function requestedIn(message: IppMessage): readonly string[] | undefined {
  return payloadsOf(
    attributeOf(message, 'operation-attributes', 'requested-attributes'),
    'keyword',
  );
}

function checkNoneTwice(attributes: readonly IppAttribute[]): void {
  const names = new Set<string>();
  for (const each of attributes) {
    if (names.has(each.name)) throw badRequest(`The attribute ${each.name} is there twice.`);
    names.add(each.name);
  }
}

/** False for an attribute that is not known. */
function checkSyntax({ name, values }: IppAttribute): boolean {
  const row = Object.hasOwn(operationAttributes, name) ? operationAttributes[name] : undefined;
  if (row === undefined) return false;
  const fits = values.every(({ syntax }) => row.syntaxes.includes(syntax));
  if (!fits || (values.length > 1 && row.several !== true)) {
    throw badRequest(
      `${name} has to be ${row.several ? '1setOf ' : ''}${row.syntaxes.join(' | ')}.`,
    );
  }
  return true;
}
