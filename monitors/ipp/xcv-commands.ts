// The Xcv commands of the ipp monitor beside those of all ports: certificates, and who answers.
import { z } from 'zod';
import type { Call, MonitorInit } from '../contract.ts';
import { ofPort, type PortContext, unknownPort } from '../ports/port-commands.ts';
import { isIppSuccess } from '../wire/ipp/status.ts';
import { noInput, type XcvAnswer, type XcvCommand, xcvCommand } from '../xcv.ts';
import { askPrinter } from './begin.ts';
import { refusalText } from './refusal-text.ts';
import { IppClientError } from './client-error.ts';
import { clientOf, clientWith } from './client-of-port.ts';
import { readPrinterFacts } from './printer-facts.ts';
import type { IppSettings } from './settings.ts';

type Context = PortContext<IppSettings>;
type Machine = Pick<MonitorInit, 'clock' | 'devices'>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in lower-case hex');

export function ippXcvCommands(init: Machine): readonly XcvCommand<Context>[] {
  return [
    xcvCommand({
      name: 'GetCertificate',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'port',
      input: noInput,
      output: z.strictObject({ pinned: z.string(), seen: z.string() }),
      run: async (context: Context, _input, call) =>
        ofPort(context, async (settings) => {
          const seen = await seenCertificate(init, settings, call);
          return { status: 'ERROR_SUCCESS', output: { pinned: settings.certificate, seen } };
        }),
    }),
    xcvCommand({
      name: 'AcceptNewCertificate',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'port',
      /** Without one: the certificate that the printer shows now. */
      input: z.union([z.null(), z.strictObject({ sha256: sha256.optional() })]),
      output: z.strictObject({ sha256: z.string() }),
      run: async (context: Context, input, call) =>
        ofPort<IppSettings, { sha256: string }>(context, async (settings, { name }) => {
          const certificate = input?.sha256 ?? (await seenCertificate(init, settings, call));
          if (certificate === '') {
            return { status: 'ERROR_NOT_READY', message: 'the printer shows no certificate' };
          }
          const outcome = await context.ports.change(name, (entry) =>
            entry.settings.kind === 'read'
              ? { ...entry.settings.settings, certificate }
              : { ...settings, certificate },
          );
          return outcome === 'changed'
            ? { status: 'ERROR_SUCCESS', output: { sha256: certificate } }
            : unknownPort(name);
        }),
    }),
    xcvCommand({
      name: 'CheckPrinter',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'port',
      input: noInput,
      output: z.strictObject({
        makeAndModel: z.string(),
        accepting: z.boolean(),
        formats: z.array(z.string()),
      }),
      run: async (context: Context, _input, call) =>
        ofPort(context, (settings, { name }) => checkPrinter(init, context, name, settings, call)),
    }),
  ];
}

async function checkPrinter(
  init: Machine,
  { ports }: Context,
  name: string,
  settings: IppSettings,
  call: Call,
): Promise<XcvAnswer<{ makeAndModel: string; accepting: boolean; formats: string[] }>> {
  const opening = {
    settings: () => ports.find(name)?.settings ?? { kind: 'read' as const, settings },
    // Asking about a printer pins nothing: only a document does.
    change: async () => {},
  };
  try {
    const answer = await clientOf(init, opening, settings).ask(askPrinter(''), call.signal);
    if (!isIppSuccess(answer.code)) {
      return { status: 'ERROR_NOT_READY', message: refusalText(answer) };
    }
    const { makeAndModel = '', accepting, formats } = readPrinterFacts(answer);
    return { status: 'ERROR_SUCCESS', output: { makeAndModel, accepting, formats: [...formats] } };
  } catch (error) {
    if (!(error instanceof IppClientError)) throw error;
    const status = error.transient ? 'ERROR_NOT_READY' : 'ERROR_ACCESS_DENIED';
    return { status, message: error.message };
  }
}

/** Connects, looks, and leaves without a request; empty without TLS. */
async function seenCertificate(init: Machine, settings: IppSettings, call: Call): Promise<string> {
  if (!settings.uri.toLowerCase().startsWith('ipps:')) return '';
  let seen = '';
  const looked = new IppClientError('tls', 'only looked');
  const client = clientWith(init, { ...settings, password: '' }, async (certificate) => {
    seen = certificate;
    throw looked;
  });
  try {
    await client.ask(askPrinter(''), call.signal);
  } catch (error) {
    if (error !== looked) throw error;
  }
  return seen;
}
