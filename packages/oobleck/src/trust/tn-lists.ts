// TNAuthLists by reference (RFC 8226 Section 10.1): fetched when a chain is loaded, from listed repositories only, and merged as
// if they stood in the certificates. What cannot be fetched leaves the certificate as it is, and its path says that a list is
// missing.

import { type Certificate, parseTnAuthList, withFetchedLists } from '@oobleck/stir/certificate';
import type { TnEntry } from '@oobleck/stir/number';
import { freshnessSeconds } from './freshness.ts';
import type { FetchChain } from './parts.ts';
import { parseX5u } from './x5u.ts';

export interface TnListsOptions {
  readonly fetchList: FetchChain;
  /** Listed origins. */
  readonly repositories: ReadonlySet<string>;
  readonly allowPorts: readonly number[] | undefined;
  readonly fetchDeadlineMs: number;
  readonly failureSeconds: number;
}

export interface CompletedChain {
  readonly chain: readonly Certificate[];
  /** How long its lists may be kept; infinite where it refers to none. */
  readonly keepSeconds: number;
}

export interface TnLists {
  /** Never rejects; the same array where nothing is to be fetched. */
  complete(chain: readonly Certificate[]): Promise<CompletedChain>;
}

/** 20,000 entries. */
const MAXIMUM_BYTES = 1_048_576;
const MAXIMUM_LISTS = 8;

interface FetchedList {
  readonly entries: readonly TnEntry[];
  readonly keepSeconds: number;
}

export function createTnLists(options: TnListsOptions): TnLists {
  return {
    async complete(chain) {
      const count = chain.reduce((sum, { tnListUrls }) => sum + tnListUrls.length, 0);
      if (count === 0) return { chain, keepSeconds: Number.POSITIVE_INFINITY };
      if (count > MAXIMUM_LISTS) return { chain, keepSeconds: options.failureSeconds };
      const completed = await Promise.all(chain.map((certificate) => completeOne(options, certificate)));
      return {
        chain: completed.map(({ certificate }) => certificate),
        keepSeconds: Math.min(...completed.map(({ keepSeconds }) => keepSeconds)),
      };
    },
  };
}

async function completeOne(
  options: TnListsOptions,
  certificate: Certificate,
): Promise<{ readonly certificate: Certificate; readonly keepSeconds: number }> {
  const { tnListUrls } = certificate;
  if (tnListUrls.length === 0) return { certificate, keepSeconds: Number.POSITIVE_INFINITY };
  const fetched = await Promise.all(tnListUrls.map((url) => fetchOne(options, url)));
  const lists = fetched.filter((one) => one !== undefined);
  if (lists.length < fetched.length) return { certificate, keepSeconds: options.failureSeconds };
  return {
    certificate: withFetchedLists(
      certificate,
      lists.map(({ entries }) => entries),
    ),
    keepSeconds: Math.min(...lists.map(({ keepSeconds }) => keepSeconds)),
  };
}

async function fetchOne(options: TnListsOptions, text: string): Promise<FetchedList | undefined> {
  const url = parseX5u(text, options.allowPorts);
  if (url === undefined || !options.repositories.has(url.origin)) return undefined;
  try {
    const limits = { deadlineMs: options.fetchDeadlineMs, maxBytes: MAXIMUM_BYTES };
    const { status, body, cacheControl } = await options.fetchList(url.href, limits);
    if (status !== 200) return undefined;
    return { entries: parseTnAuthList(body), keepSeconds: freshnessSeconds(cacheControl) };
  } catch {
    return undefined;
  }
}
