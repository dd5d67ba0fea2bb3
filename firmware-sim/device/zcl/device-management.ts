import { numberIn, numbersIn, octetsIn } from './plain.ts';
import type { Publication, ZclCall, ZclRules } from './rule.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclStateName } from './store.ts';

/** SiteID, the MPRN, in the metering cluster (GBCS GCS41, GCS46). */
const METERING = 0x0702;
const SITE_ID = 0x0307;
/** Event ID that stands for every event whose code starts with 81 (GBCS GCS20r). */
const ALL_SUPPLIER_EVENTS = 0x81ff;
const GROUP = 0xff;

/** A command whose content is kept as it came. */
function keeps(name: ZclStateName) {
  return ({ store, request }: ZclCall): number => {
    store.setRecords(name, [request]);
    return ZCL_STATUS.success;
  };
}

function updateSiteId(call: ZclCall): number {
  call.store.change(METERING, SITE_ID, octetsIn(call.request, 'SiteID'));
  return keeps('siteId')(call);
}

/** Only events the meter has can be configured; others are ignored (GBCS GCS20). */
function configureEvents({ store, request }: ZclCall): number {
  const named = new Set(numbersIn(request, 'Event ID'));
  const configuration = numberIn(request, 'Event Configuration');
  const rows = store.records('events.configuration');
  store.setRecords(
    'events.configuration',
    rows.map((row) => (named.has(numberIn(row, 'Event ID')) ? { ...row, 'Event Configuration': configuration } : row)),
  );
  return ZCL_STATUS.success;
}

function readConfiguration({ store, request }: ZclCall): Publication {
  const asked = numberIn(request, 'Event ID');
  const group = (asked & GROUP) === GROUP;
  const rows = store.records('events.configuration').filter((row) => {
    const code = numberIn(row, 'Event ID');
    return group ? code >> 8 === ALL_SUPPLIER_EVENTS >> 8 && asked === ALL_SUPPLIER_EVENTS : code === asked;
  });
  if (rows.length === 0) return { command: 0x04, records: [] };
  const record = { 'Command Index': 0, 'Total Number of Commands': 1, 'Event Configuration Payload': rows };
  return { command: 0x04, records: [record] };
}

/** Device management and messaging clusters (GBCS GCS07, GCS09, GCS11, GCS20, GCS20r, GCS36, GCS41, GCS44). */
export const MANAGEMENT_COMMANDS: ZclRules = {
  '0703/00': { apply: keeps('message') },
  '0708/00': { apply: keeps('tenancy') },
  '0708/01': { apply: keeps('contact') },
  '0708/02': { apply: keeps('privacyPin') },
  '0708/03': { apply: updateSiteId },
  '0708/04': { apply: configureEvents },
  '0708/05': { answer: readConfiguration },
  '0708/06': { apply: keeps('customerNumber') },
};
