import { describe, expect, it } from 'vitest';
import { createTrunk, createTrunkTable } from './index.ts';

describe('which trunk a call is on', () => {
  const incoming = createTrunk({ name: 'in', tenant: 'a', direction: 'incoming' });
  const both = createTrunk({ name: 'both', tenant: 'a' });
  const table = createTrunkTable([incoming, both], (tenant) => createTrunk({ name: 'default', tenant }));

  it('by its name, else the first of the tenant for the direction', () => {
    expect([table.byName('both'), table.byName('none')]).toEqual([both, undefined]);
    expect(table.ofTenant('a', 'incoming')).toBe(incoming);
    expect(table.ofTenant('a', 'outgoing')).toBe(both);
  });

  it('a tenant without trunks has one of its own, always the same', () => {
    const made = table.ofTenant('b', 'outgoing');
    expect([made.name, made.tenant]).toEqual(['default', 'b']);
    expect(table.ofTenant('b', 'incoming')).toBe(made);
  });

  it('those of another configuration take their place as a whole', () => {
    const other = createTrunk({ name: 'other', tenant: 'a' });
    const made = table.ofTenant('b', 'incoming');
    table.replace([other]);
    expect([table.byName('both'), table.byName('other')]).toEqual([undefined, other]);
    expect(table.ofTenant('a', 'incoming')).toBe(other);
    expect(table.ofTenant('b', 'incoming')).toBe(made);
    expect(table.all()).toEqual([other, made]);
  });
});
