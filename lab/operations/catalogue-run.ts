import { CATALOGUE, type UseCaseRow } from '../../firmware-sim/gbcs/catalogue.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { reportOf, useCaseDocument } from '../devices/use-case-report.ts';
import type { catalogueParameters } from './catalogue.ts';
import { EXIT, type Handler } from './operation.ts';

const hex = (code: number): string => `0x${code.toString(16).padStart(4, '0')}`;

function matches(row: UseCaseRow, wanted: string): boolean {
  if (/^0x[0-9a-f]+$/i.test(wanted)) return [...row.command, ...row.response, ...row.alert].includes(Number(wanted));
  return row.code.toLowerCase() === wanted.toLowerCase() || row.baseCode?.toLowerCase() === wanted.toLowerCase();
}

function selected(codes: readonly string[]): readonly UseCaseRow[] {
  if (codes.length === 0) return CATALOGUE;
  return codes.flatMap((code) => {
    const rows = CATALOGUE.filter((row) => matches(row, code));
    if (rows.length === 0)
      throw new UsageError('unknown-use-case', `${code} is no use case and no message code; \`hanbench catalogue\` lists them`);
    return rows;
  });
}

/** `hanbench catalogue` */
export const run: Handler<typeof catalogueParameters> = (args, context) => {
  if (args.markdown) {
    context.out(useCaseDocument().trimEnd());
    return EXIT.pass;
  }
  const reports = selected(args.codes).map(reportOf);
  for (const { row, devices, roles, implemented, verified } of reports) {
    if (args.device !== undefined && !devices.includes(args.device)) continue;
    const { code, title, payload, category } = row;
    const codes = { command: row.command.map(hex), response: row.response.map(hex), alert: row.alert.map(hex) };
    if (context.json) {
      context.result({ code, title, payload, ...codes, devices, ...(category && { category }), roles, implemented, verified });
    } else {
      const first = codes.command[0] ?? codes.alert[0] ?? '-';
      context.out(
        `${code.padEnd(36)} ${first.padEnd(7)} ${payload.padEnd(8)} ${(category ?? '').padEnd(10)} ${devices.join(' ').padEnd(24)} ${implemented.padEnd(36)} ${verified.padEnd(17)} ${title}`,
      );
    }
  }
  return EXIT.pass;
};
