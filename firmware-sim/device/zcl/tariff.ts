import { entriesIn, numberIn, numbersIn } from './plain.ts';
import { deviceSeconds, type Publication, type ZclCall, type ZclRules } from './rule.ts';
import { CAUSE, takeChangeSnapshot } from './snapshots.ts';
import { ZCL_STATUS } from './status.ts';
import type { ZclRecord } from './store.ts';
import {
  blockEnergy,
  blockPrice,
  blockReached,
  GAS_TIERS,
  priceIn,
  thresholdEnergies,
  tierInForce,
  tierPrice,
} from './tariff-in-force.ts';

/** Price cluster attributes (ZSE D.4; GBCS GCS21a, GCS21f). */
const PRICE = 0x0700;
const BLOCK_THRESHOLDS = 0x0100;
const THRESHOLD_MULTIPLIER = 0x0202;
const THRESHOLD_DIVISOR = 0x0203;
const STANDING_CHARGE = 0x0301;
const UNIT_OF_MEASURE = 0x0615;
const CURRENCY = 0x0616;
const TRAILING_DIGIT = 0x0617;
function publishInformation(call: ZclCall): number {
  const { store, request } = call;
  takeChangeSnapshot(call, CAUSE.tariff);
  store.setRecords('tariff.information', [request]);
  store.change(PRICE, STANDING_CHARGE, numberIn(request, 'Standing Charge'));
  store.change(PRICE, UNIT_OF_MEASURE, numberIn(request, 'Unit of Measure'));
  store.change(PRICE, CURRENCY, numberIn(request, 'Currency'));
  store.change(PRICE, TRAILING_DIGIT, numberIn(request, 'Price Trailing Digit'));
  store.change(PRICE, THRESHOLD_MULTIPLIER, numberIn(request, 'Block Threshold Multiplier'));
  store.change(PRICE, THRESHOLD_DIVISOR, numberIn(request, 'Block Threshold Divisor'));
  return ZCL_STATUS.success;
}

/** Sub-payload control bit 0 set: prices of tiers, else of blocks (GBCS GCS01a). */
function publishPrices({ store, request }: ZclCall): number {
  const tiers = (numberIn(request, 'Sub-payload Control') & 1) === 1;
  store.setRecords('tariff.prices', [request]);
  for (const entry of entriesIn(request, 'Price Matrix Entry')) {
    const id = numberIn(entry, 'Tier / Block ID');
    const attribute = tiers ? tierPrice(id) : blockPrice(id);
    store.change(PRICE, attribute, numberIn(entry, 'Price'));
  }
  return ZCL_STATUS.success;
}

function publishThresholds({ store, request }: ZclCall): number {
  store.setRecords('tariff.thresholds', [request]);
  for (const [i, threshold] of numbersIn(request, 'Block Threshold').entries()) {
    store.change(PRICE, BLOCK_THRESHOLDS + i, threshold);
  }
  return ZCL_STATUS.success;
}

/** The price now: by tier of the calendar, or by block. Identifiers and times are those of the last publication. */
function currentPrice(call: ZclCall): Publication {
  const { store } = call;
  const [published] = store.records('tariff.currentPrice');
  if (!published) return { command: 0x00, records: [] };
  const seconds = deviceSeconds(call);
  const known = call.device.clock.status === 'invalid' ? undefined : seconds;
  const tier = tierInForce(store, known, call.device.parameters.gasDefaultTier);
  const block = blockReached(blockEnergy(store), thresholdEnergies(store));
  const tiers = tier > 0 ? GAS_TIERS : 0;
  const record: ZclRecord = {
    ...published,
    'Current Time': seconds,
    Currency: store.number(PRICE, CURRENCY),
    'Price Trailing Digit & Price Tier': (store.number(PRICE, TRAILING_DIGIT) & 0xf0) | tier,
    'Number of Price Tiers & Register Tier': (tiers << 4) | tier,
    Price: priceIn(store, tier, block).value,
  };
  return { command: 0x00, records: [record] };
}

function publishConversion({ store, request }: ZclCall): number {
  store.change(PRICE, 0x0302, numberIn(request, 'Conversion Factor'));
  store.change(PRICE, 0x0303, numberIn(request, 'Conversion Factor Trailing Digit'));
  return ZCL_STATUS.success;
}

function publishCalorificValue({ store, request }: ZclCall): number {
  store.change(PRICE, 0x0304, numberIn(request, 'Calorific Value'));
  store.change(PRICE, 0x0305, numberIn(request, 'Calorific Value Unit'));
  store.change(PRICE, 0x0306, numberIn(request, 'Calorific Value Trailing Digit'));
  return ZCL_STATUS.success;
}

/** Price cluster, from the energy service to the meter (GBCS GCS01a, GCS01b, GCS23, GCS25). */
export const PRICE_PUBLICATIONS: ZclRules = {
  '0700/01': {
    apply: ({ store, request }) => {
      store.setRecords('billing.blockPeriod', [request]);
      return ZCL_STATUS.success;
    },
  },
  '0700/02': { starts: 'Start Time', apply: publishConversion },
  '0700/03': { starts: 'Start Time', apply: publishCalorificValue },
  '0700/04': { starts: 'Start Time', apply: publishInformation },
  '0700/05': { starts: 'Start Time', apply: publishPrices },
  '0700/06': { starts: 'Start Time', apply: publishThresholds },
  '0700/09': {
    apply: (call) => {
      call.store.setRecords('billing.period', [{ ...call.request, 'Received At': deviceSeconds(call) }]);
      return ZCL_STATUS.success;
    },
  },
};

/** Price cluster, reads (GBCS GCS21d, GCS21f, GCS21k). */
export const PRICE_READS: ZclRules = {
  '0700/00': { answer: currentPrice },
  '0700/0b': { answer: ({ store }) => ({ command: 0x09, records: store.records('billing.period') }) },
};
