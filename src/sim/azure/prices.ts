/**
 * What a virtual machine costs, in US dollars an hour: pay-as-you-go Linux, without disks and the fee of the cluster's tier.
 * Indicative only. Source: Azure's public retail prices as in kubernetes-sigs/karpenter-provider-azure, 18 June 2026.
 * Left out: other regions (those of the fallback stand in for them), Spot, reservations.
 */
export const PRICED_ON = '2026-06-18';
/** Hours of a month, as Azure's calculator counts them. */
export const HOURS_A_MONTH = 730;
export const PRICED_REGIONS = ['eastus', 'westeurope', 'koreacentral', 'japaneast'] as const;
const FALLBACK_REGION = 'eastus';

type Prices = readonly [eastus: number, westeurope: number, koreacentral: number | undefined, japaneast: number];

const PRICES: Readonly<Record<string, Prices>> = {
  Standard_B2s: [0.0416, 0.048, 0.052, 0.0544],
  Standard_B2ms: [0.0832, 0.096, 0.104, 0.109],
  Standard_B4ms: [0.166, 0.192, 0.208, 0.218],
  Standard_D2s_v3: [0.096, 0.12, 0.123, 0.129],
  Standard_D4s_v3: [0.192, 0.24, 0.246, 0.258],
  Standard_DS2_v2: [0.146, 0.136, 0.165, 0.205],
  Standard_D2s_v5: [0.096, 0.115, 0.118, 0.124],
  Standard_D4s_v5: [0.192, 0.23, 0.236, 0.248],
  Standard_D8s_v5: [0.384, 0.46, 0.472, 0.496],
  Standard_D16s_v5: [0.768, 0.92, 0.944, 0.992],
  Standard_E4s_v5: [0.252, 0.304, 0.304, 0.304],
  Standard_F4s_v2: [0.169, 0.194, 0.192, 0.214],
  Standard_NC6s_v3: [3.06, 3.823, 4.234, 4.194],
  Standard_D4ps_v5: [0.154, 0.184, undefined, 0.198],
  Standard_D4ds_v5: [0.226, 0.272, 0.278, 0.292],
  Standard_D8ds_v5: [0.452, 0.544, 0.556, 0.584],
  Standard_D16ds_v5: [0.904, 1.088, 1.112, 1.168],
};

export interface HourlyPrice {
  readonly usd: number;
  /** Whose price it is: another region's where that of the wanted one is not known. */
  readonly region: string;
}

/** Undefined for a size that is no Azure size of this simulation. */
export function hourlyPrice(size: string, region: string): HourlyPrice | undefined {
  const prices = PRICES[size];
  if (!prices) return undefined;
  const known = prices[PRICED_REGIONS.findIndex((name) => name === region)];
  return known === undefined ? { usd: prices[0], region: FALLBACK_REGION } : { usd: known, region };
}
