// Calls by people who are who they say.

import { crossTdm } from '../running-lab.ts';
import {
  ASKED,
  alphaCall,
  answered,
  arrive,
  CPS_SIGHT,
  conclude,
  DEPOSITED,
  DIALLED,
  overTdm,
  REPLIED,
  RETRIEVED,
  type Scenario,
  SIGNED,
  sign,
} from './scenario.ts';

export const genuine: Scenario = async (lab) => {
  const call = alphaCall('12025550101', '12155000101');
  const { outOfBand } = await sign(lab, call);
  const timed = await overTdm(lab, call);
  return conclude(
    {
      scenario: 'genuine',
      story: 'Alpha signs, the telephone leg drops Identity, Bravo finds the PASSporT out of band.',
      expected: 'TN-Validation-Passed',
      holds:
        outOfBand === 'stored' &&
        timed.verdict.attestation === 'A' &&
        timed.verdict.channel === 'out-of-band',
      steps: [
        SIGNED,
        DEPOSITED,
        DIALLED,
        ASKED,
        RETRIEVED,
        REPLIED,
        answered('TN-Validation-Passed, attest A'),
      ],
      sights: [CPS_SIGHT, 'TDM: the two numbers, as ever', 'Issuer: Alpha drew tokens, some time ago'],
    },
    timed,
  );
};

export const inBand: Scenario = async (lab) => {
  const call = alphaCall('12025550102', '12155000102');
  const { identity } = await sign(lab, call);
  const timed = await arrive(lab, crossTdm(call), { identities: [identity] });
  return conclude(
    {
      scenario: 'in-band',
      story: 'The call goes by SIP all the way: Identity arrives, and the CPS is not asked.',
      expected: 'TN-Validation-Passed',
      holds: timed.verdict.channel === 'in-band',
      steps: [
        SIGNED,
        DEPOSITED,
        { from: 'caller', to: 'callee', what: 'SIP: INVITE with Identity' },
        ASKED,
        answered('TN-Validation-Passed, attest A'),
      ],
      sights: ['CPS: something was left in a shard; nobody came for it'],
    },
    timed,
  );
};

/** Stops Bravo's CPS for good: to be played last. */
export const cpsDown: Scenario = async (lab) => {
  await lab.bravo.services.close();
  const call = alphaCall('12025550113', '12155000113');
  const { outOfBand } = await sign(lab, call);
  const timed = await overTdm(lab, call);
  return conclude(
    {
      scenario: 'cps-down',
      story: 'The CPS cannot be reached: the call goes on, unverifiable, within the deadline.',
      expected: 'No-TN-Validation',
      holds: outOfBand !== 'stored' && timed.elapsedMs < 450,
      steps: [
        SIGNED,
        { from: 'AS', to: 'CPS', what: 'no answer' },
        DIALLED,
        ASKED,
        { from: 'VS', to: 'CPS', what: 'no answer' },
        answered('No-TN-Validation'),
      ],
      sights: ['Nobody: the call was neither held up nor failed'],
    },
    timed,
  );
};
