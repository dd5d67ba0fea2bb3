/** Home area networks a run can have: over the virtual air, or directly from end to end. */
export const HAN_LINKS = ['zigbee', 'direct'] as const;

export type HanLinkKind = (typeof HAN_LINKS)[number];
